"""The shell's subset. Texts and statuses were produced by mksh R59c and toybox 0.8.9 for the same lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Sh = Callable[..., Any]

NAME = "/system/bin/sh"


@pytest.mark.parametrize(
    ("line", "stdout"),
    [
        ("echo a  b", "a b\n"),
        ("echo 'a  b' \"c  d\" e\\ f", "a  b c  d e f\n"),
        ('echo "\\$X \\q \\\\"', "$X \\q \\\n"),
        ('echo "a\\\nb"', "ab\n"),
        ("echo a;echo b\necho c", "a\nb\nc\n"),
        ("false && echo x || echo y", "y\n"),
        ("true && echo x || echo y", "x\n"),
        ("! true; echo $?", "1\n"),
        ("x=5; echo $x ${x}y", "5 5y\n"),
        ('A="a  b"; echo $A "$A"', "a b a  b\n"),
        ("X=1 Y=2; echo $X$Y", "12\n"),
        ("export A=1 B; echo $A-$B-", "1--\n"),
        ("echo a #b", "a\n"),
        ("echo a#b $", "a#b $\n"),
        ("echo -n hi", "hi"),
        ("echo -nn a", "a"),
        ("echo 'a\\tb\\x41\\0101z'", "a\tbAAz\n"),
        ("echo -E 'x\\ny'", "x\\ny\n"),
        ("echo -ne 'q\\c'zzz", "qzzz"),
        ("true | exit 3; echo $?", "3\n"),
        ("exit 3 | true; echo $?", "0\n"),
        ("echo b | cat | cat", "b\n"),
        ("nosuch 2>/dev/null; echo $?", "127\n"),
        ("both 2>&1 >/dev/null", "to err\n"),
        ("both >/dev/null 2>&1; echo $?", "3\n"),
        ("cd /data/local/tmp; echo $PWD; pwd", "/data/local/tmp\n/data/local/tmp\n"),
        ("echo *.txt ~", "*.txt ~\n"),
        ("getprop ro.product.name; echo X4EXIT:$?", "panther\nX4EXIT:0\n"),
        ("/system/bin/getprop ro.product.name", "panther\n"),
        ("sh -c 'echo in; exit 4'; echo $?", "in\n4\n"),
        ("cat < /proc/uptime", "0.00 0.00\n"),
        ("echo $1,$#,$@", ",0,\n"),
    ],
)
def test_what_it_prints(sh: Sh, line: str, stdout: str) -> None:
    ran = sh(line)

    assert (ran.stdout, ran.stderr) == (stdout, "")


@pytest.mark.parametrize(
    ("line", "stderr", "status"),
    [
        ("nosuch arg", f"{NAME}: nosuch: inaccessible or not found\n", 127),
        ("/bin/nosuch", f"{NAME}: /bin/nosuch: inaccessible or not found\n", 127),
        ("exec nosuch; echo here", f"{NAME}: nosuch: inaccessible or not found\n", 127),
        ("echo )", f"{NAME}: syntax error: unexpected ')'\n", 1),
        ("echo a &&", f"{NAME}: syntax error: unexpected EOF\n", 1),
        ("echo a ;; echo b", f"{NAME}: syntax error: unexpected ';;'\n", 1),
        ("; echo", f"{NAME}: syntax error: unexpected ';'\n", 1),
        ("echo a | | b", f"{NAME}: syntax error: unexpected '|'\n", 1),
        ("echo 'abc", f"{NAME}: no closing quote\n", 1),
        ('echo "abc', f"{NAME}: no closing quote\n", 1),
        ("cd /nosuch", f"{NAME}: cd: /nosuch: No such file or directory\n", 2),
        ("exit abc", f"{NAME}: exit: bad number: abc\n", 1),
        ("export 1a=2", f"{NAME}: export: 1a=2: not an identifier\n", 1),
        ('""', f"{NAME}: : can't execute: Is a directory\n", 126),
    ],
)
def test_what_is_wrong_is_said_on_stderr_in_the_real_shell_s_words(sh: Sh, line: str, stderr: str, status: int) -> None:
    ran = sh(line)

    assert (ran.stderr, ran.status, ran.stdout) == (stderr, status, "")


@pytest.mark.parametrize(
    "line", ["echo $(date)", "echo `date`", "if true; then date; fi", "for x in a; do date; done", "(date)", "date &"]
)
def test_what_a_real_shell_has_and_this_one_does_not_is_a_syntax_error_and_never_something_else(
    sh: Sh, line: str
) -> None:
    ran = sh(line)

    assert ran.status == 1
    assert ran.stderr.startswith(f"{NAME}: syntax error: unexpected ")
    assert ran.stdout == ""


@pytest.mark.parametrize(("line", "status"), [("exit 300", 44), ("false; exit", 1), ("exit 0", 0), ("both", 3)])
def test_exit_statuses_are_one_byte(sh: Sh, line: str, status: int) -> None:
    assert sh(line).status == status


def test_what_adb_logcat_sends_is_understood(sh: Sh, phone: Any) -> None:
    phone.log("I", "t", "m", uid=1, pid=2, tid=3)

    assert sh("export ANDROID_LOG_TAGS=\"''\"; exec logcat '-d'").stdout == "0.000 2 3 I t: m\n"


def test_a_follower_ends_when_the_program_that_reads_it_has_enough(sh: Sh, phone: Any) -> None:
    phone.log_at(1, "one")
    phone.log_at(2, "two")
    phone.log_at(3, "three")

    ran = sh("logcat | head -n 2; echo $?")

    assert ran.stdout.splitlines() == ["1.000 1 1 I tick: one", "2.000 1 1 I tick: two", "0"]
    assert phone.cancelled == ["logcat"]


def test_sleeping_takes_the_phone_s_time(sh: Sh, phone: Any) -> None:
    sh("sleep 90; sleep 1.5m; sleep .25")

    assert phone.kernel.now == 180_250_000_000


def test_the_sentinel_command_reads_all_clocks_and_logs_at_one_moment(sh: Sh, phone: Any) -> None:
    phone.kernel.run_until(12_340_000_000)

    ran = sh("cat /proc/uptime; date +%s%N; log -p i -t bgtask-harness 'sentinel 00c0ffee 7'")

    assert ran.stdout == "12.34 0.00\n1790090120001123000\n"
    assert phone.entries == ["12.340 20011 20011 I bgtask-harness: sentinel 00c0ffee 7"]


def test_bytes_that_are_no_text_go_through_unharmed(sh: Sh) -> None:
    ran = sh("cat /bin.dat | cat | head -n 1")

    assert ran.out.data == b"\x00\xff\n"


ABC = b"a\nb\na.b\nc\n"


@pytest.mark.parametrize(
    ("line", "stdout", "status"),
    [
        ("grep -c a", "2\n", 0),
        ("grep -v a", "b\nc\n", 0),
        ("grep -i B", "b\na.b\n", 0),
        ("grep -E 'a|b'", "a\nb\na.b\n", 0),
        ("grep -F a.b", "a.b\n", 0),
        ("grep a.b", "a.b\n", 0),
        ("grep -A1 b", "b\na.b\nc\n", 0),
        ("grep -B 1 c", "a.b\nc\n", 0),
        ("grep -C1 b", "a\nb\na.b\nc\n", 0),
        ("grep -A1 -n b", "2:b\n3:a.b\n4-c\n", 0),
        ("grep -n b", "2:b\n3:a.b\n", 0),
        ("grep -o b", "b\nb\n", 0),
        ("grep -w b", "b\na.b\n", 0),
        ("grep -x b", "b\n", 0),
        ("grep -m1 .", "a\n", 0),
        ("grep -e a -e c", "a\na.b\nc\n", 0),
        ("grep -ci A", "2\n", 0),
        ("grep -q b", "", 0),
        ("grep nosuch", "", 1),
        ("grep '[[:punct:]]'", "a.b\n", 0),
        ("head -n 1", "a\n", 0),
        ("head -2", "a\nb\n", 0),
        ("head -c 3", "a\nb", 0),
        ("tail -n 1", "c\n", 0),
        ("tail -2", "a.b\nc\n", 0),
        ("tail -n +2", "b\na.b\nc\n", 0),
        ("wc -l", "4\n", 0),
        ("wc", "      4       4      10\n", 0),
        ("wc -c", "10\n", 0),
        ("wc -l /bin.dat", "1 /bin.dat\n", 0),
        ("cat - /bin.dat | wc -c", "13\n", 0),
        ("date -d @0 +%F", "1970-01-01\n", 0),
        ("date +%Y-%m-%d_%H:%M:%S.%N", "2026-09-22_15:15:07.661123000\n", 0),
    ],
)
def test_programs_answer_as_toybox_does(sh: Sh, line: str, stdout: str, status: int) -> None:
    ran = sh(line, ABC)

    assert (ran.stdout, ran.status, ran.stderr) == (stdout, status, "")


@pytest.mark.parametrize(
    ("line", "stderr", "status"),
    [
        ("grep", "grep: no REGEX\n", 2),
        ("grep '['", "grep: bad regex '[': Invalid regular expression\n", 2),
        ("grep a /nosuch", "grep: /nosuch: No such file or directory\n", 2),
        ("head -n x", "head: not integer: x\n", 1),
        ("head /nosuch", "head: /nosuch: No such file or directory\n", 1),
        ("sleep x", "sleep: Not a number 'x'\n", 1),
        ("sleep", 'sleep: Needs 1 argument (see "sleep --help")\n', 1),
        ("cat /nosuch", "cat: /nosuch: No such file or directory\n", 1),
        ("date foo", "date: bad date foo\n", 1),
        ("wc -Z", "wc: Unknown option 'Z' (see \"wc --help\")\n", 1),
    ],
)
def test_programs_complain_as_toybox_does(sh: Sh, line: str, stderr: str, status: int) -> None:
    ran = sh(line, ABC)

    assert (ran.stderr, ran.status) == (stderr, status)


def test_a_bug_in_a_command_is_not_hidden(sh: Sh) -> None:
    with pytest.raises(RuntimeError, match="planted"):
        sh("broken")
    with pytest.raises(RuntimeError, match="planted"):
        sh("broken | cat")
