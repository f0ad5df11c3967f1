"""The shell's documented subset against mksh and toybox themselves, where both are installed (Debian has packages)."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

MKSH, TOYBOX = shutil.which("mksh"), shutil.which("toybox")
pytestmark = pytest.mark.skipif(not (MKSH and TOYBOX), reason="mksh and toybox are not both installed here")

PROGRAMS = ("cat", "date", "grep", "head", "sleep", "tail", "wc")
"""What of toybox is beside the builtins in the real shell's PATH: that much the virtual shell has too."""

Sh = Callable[..., Any]


@dataclass(frozen=True)
class Real:
    """mksh with a PATH in which there is nothing but toybox."""

    path: Path

    def __call__(self, line: str, stdin: bytes = b"") -> tuple[str, int, bool]:
        environment = {"PATH": str(self.path), "HOME": "/", "LANG": "C", "TZ": "UTC"}
        ran = subprocess.run(
            [str(MKSH), "-c", line],
            input=stdin,
            capture_output=True,
            cwd="/",
            env=environment,
            timeout=20,
            check=False,
        )
        # Debian's names itself; Android's is /system/bin/sh
        stdout = re.sub(rb"(?m)^(?:E: )?\S*mksh: ", b"/system/bin/sh: ", ran.stdout)
        return stdout.decode(errors="surrogateescape"), ran.returncode, bool(ran.stderr)


@pytest.fixture(scope="module")
def real() -> Iterator[Real]:
    with tempfile.TemporaryDirectory(prefix="bgtask-mksh-") as folder:
        for name in PROGRAMS:
            (Path(folder) / name).symlink_to(str(TOYBOX))
        yield Real(Path(folder))


def same(sh: Sh, real: Real, line: str, stdin: bytes = b"") -> None:
    ran = sh(line, stdin)
    assert (ran.stdout, ran.status, bool(ran.stderr)) == real(line, stdin), line


@pytest.mark.parametrize(
    "arguments",
    [
        "-d @0",
        "-d @1700000000 +%F_%T",
        "-d @1700000000 +%s",
        "-d @1.5 +%s.%N",
        "-d @0 +%j%%%a",
        "-d 2026-01-02 +%s",
        "-d 2026-01-02T03:04:05 +%s",
        "-d '2026-01-02 03:04' '+%d.%m.%Y %H:%M'",
        "-d nonsense",
        "-d @0 +",
        "-Q",
    ],
)
def test_date_prints_what_toybox_prints(sh: Sh, real: Real, arguments: str) -> None:
    same(sh, real, f"date -u {arguments}")


@pytest.mark.parametrize(
    "line",
    [
        "echo a  b",
        "echo 'a  b' \"c  d\" e\\ f",
        'echo "\\$X \\q \\\\"',
        "echo a;echo b\necho c",
        "false && echo x || echo y",
        "true && echo x || echo y",
        "! true; echo $?",
        "! false; echo $?",
        "x=5; echo $x ${x}y",
        'A="a  b"; echo $A "$A"',
        "X=1 Y=2; echo $X$Y",
        "A=1; A=2 true; echo $A",
        "A=1 echo $A",
        "export A=1 B; echo $A-$B-",
        "echo a #b",
        "echo a#b $",
        "echo -n hi",
        "echo -nn a",
        "echo 'a\\tb\\x41\\0101z'",
        "echo -E 'x\\ny'",
        "echo -ne 'q\\c'zzz",
        "echo 'a\\cb' 'c\\c'; echo d",
        "true | false; echo $?",
        "false | true; echo $?",
        "echo b | cat | cat",
        "nosuch 2>/dev/null; echo $?",
        "nosuch",
        "exec nosuch; echo here",
        "cat /nosuch; echo $?",
        "cat /nosuch 2>/dev/null || echo none",
        "cat /nosuch 2>&1 >/dev/null | wc -l",
        "echo out >/dev/null; echo $?",
        "cd /; pwd; echo $PWD",
        "cd /nosuch",
        "exit 300",
        "false; exit",
        "exit abc",
        "echo $1,$#,$@",
        "export 1a=2",
        "echo a &&",
        "echo a ;; echo b",
        "; echo",
        "echo a | | b",
        "echo )",
        "echo 'abc",
        'echo "abc',
        ":",
        ": a b; echo $?",
        "echo ${HOME}x",
        'echo "a\nb" | grep -c .',
        "echo a >&2",
        'echo "it\'s" \'say "x"\'',
    ],
)
def test_a_line_does_what_it_does_in_mksh(sh: Sh, real: Real, line: str) -> None:
    same(sh, real, line)


ABC = b"a\nb\na.b\nc\n"


@pytest.mark.parametrize(
    "line",
    [
        "grep -c a",
        "grep -v a",
        "grep -i B",
        "grep -E 'a|b'",
        "grep -F a.b",
        "grep -A1 -n b",
        "grep -B 1 c",
        "grep -C1 b",
        "grep -o b",
        "grep -w b",
        "grep -x b",
        "grep -m1 .",
        "grep -e a -e c",
        "grep -q b",
        "grep nosuch",
        "grep '[[:punct:]]'",
        "grep '^a'",
        "grep 'b$'",
        "head -n 1",
        "head -2",
        "head -c 3",
        "tail -n 1",
        "tail -2",
        "tail -n +2",
        "wc -l",
        "wc",
        "wc -c",
        "cat | head -n 2 | tail -n 1",
        "grep",
        "grep '['",
        "head -n x",
        "sleep",
        "sleep x",
        "wc -Z",
    ],
)
def test_a_program_does_what_it_does_in_toybox(sh: Sh, real: Real, line: str) -> None:
    same(sh, real, line, ABC)


LITERALS = st.text("abz019.,:/@%+-_", min_size=1, max_size=4)
QUOTED = st.text("ab ;&|<>()#*?$=~", max_size=5).map(lambda text: f"'{text}'")
DOUBLE = st.text("ab ;&|<>()#*?=~'", max_size=5).map(lambda text: f'"{text}$A"')
WORDS = st.one_of(LITERALS, QUOTED, DOUBLE, st.sampled_from(["$A", "${B}", "$?", '"$B"', "\\;", "\\ x", "-n", "''"]))
REDIRECTIONS = st.sampled_from(["", "", "", " 2>/dev/null", " >/dev/null", " 2>&1"])
COMMANDS = st.one_of(
    st.lists(WORDS, max_size=4).map(lambda words: " ".join(["echo", *words])),
    st.sampled_from(
        ["true", "false", "cat", "wc -l", "grep -c a", "head -n 1", "tail -n 1", ":", "nosuch", "A=x true"]
    ),
)
SIMPLE = st.tuples(COMMANDS, REDIRECTIONS).map("".join)
PIPES = st.tuples(st.sampled_from(["", "", "! "]), st.lists(SIMPLE, min_size=1, max_size=3)).map(
    lambda parts: parts[0] + " | ".join(parts[1])
)
LINES = st.tuples(PIPES, st.lists(st.tuples(st.sampled_from(["; ", " && ", " || ", "\n"]), PIPES), max_size=3)).map(
    lambda parts: "A='a  b'; B=2; " + parts[0] + "".join(joint + pipe for joint, pipe in parts[1])
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_any_line_of_the_subset_does_what_it_does_in_mksh(sh: Sh, real: Real, line: str) -> None:
    same(sh, real, line, b"one\ntwo a\n")
