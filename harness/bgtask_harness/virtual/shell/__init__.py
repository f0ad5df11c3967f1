"""What a phone does with a command line: a subset of mksh, and the toybox programs that the phone's own commands lack.

**The subset.** Words; single and double quotes; backslash; `$NAME`, `${NAME}`, `$?`, `$$`; `NAME=value`, alone and
before a command; `;`, newline, `&&`, `||`, `|`, `!`; `>`, `>>`, `<` with an optional number before it, `>&n`;
comments. Redirections lead to `/dev/null` or to another descriptor; files cannot be written, and `<` reads one.

**Not in it**: command substitution, arithmetic, here-documents, functions, subshells, `&`, `if`, `for`, `while`,
`case`, `[[`. A real phone has them. Here they are a syntax error on stderr with status 1, in the words that mksh uses
for what it does not understand. Globs and `~` stand for themselves, as they do in mksh when nothing matches.

**Builtins**: `:` `cd` `echo` `exec` `exit` `export` `false` `pwd` `true`. **Programs** (`programs`): `cat` `date`
`grep` `head` `log` `sh` `sleep` `tail` `wc`. Everything else is asked of the phone (`ShellPort.command`).

Compared with mksh R59c and toybox 0.8.9, the programs that Android ships, wherever both are installed
(`tests/cover/virtual_adbd/test_real_mksh.py`): written lines, and any line that a grammar of the subset makes.
Android's mksh prints its errors with the prefix `/system/bin/sh: `.
"""
