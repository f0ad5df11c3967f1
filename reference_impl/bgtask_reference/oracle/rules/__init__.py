"""The rules, a family a module. A rule is a value; its check reads like its statement."""
