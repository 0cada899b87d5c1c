"""Small helpers for writing C++ text."""

import json

HEADER = "// Made by core/api/generate.py from core/api/schema/."

KEYWORDS = {"namespace", "default", "operator", "template", "continue", "class", "delete", "new", "private", "public",
            "protected", "static", "union", "volatile", "export", "register", "auto", "const", "for", "if", "enum",
            "bool", "int", "double"}


def quoted(text):
    """A string as a C++ literal."""
    return json.dumps(text)


def member_name(json_name):
    return json_name + "_" if json_name in KEYWORDS else json_name
