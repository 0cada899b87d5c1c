#!/usr/bin/env python3
"""Turns the schema files into C++: constant tables, and structs for the types that are worked with as C++ objects.

generate.py <schema folder> <output folder>          writes the files that change
generate.py --list <schema folder> <output folder>   prints the files that would be written, separated by ';'
"""

import pathlib
import sys

sys.dont_write_bytecode = True

from generator.schema_reader import Schema, SchemaError  # noqa: E402
from generator.structs import StructWriter  # noqa: E402
from generator.tables import TableWriter  # noqa: E402


def outputs(schema):
    """{path: text}; the text is a function, so that --list is quick."""
    tables, structs = TableWriter(schema), StructWriter(schema)
    files = {"core/api/tables.h": tables.header, "resources.cpp": tables.resources_source}
    for number, packages in enumerate(tables.chunks()):
        files[f"tables_{number}.cpp"] = lambda packages=packages: tables.types_source(packages)
    for name in structs.packages:
        package = schema.packages[name]
        files[f"core/api/types/{package.identifier}.h"] = lambda package=package: structs.header(package)
    for number, types in enumerate(structs.chunks()):
        files[f"structs_{number}.cpp"] = lambda types=types: structs.source(types)
    return files


def main(arguments):
    listing = arguments[:1] == ["--list"]
    schema_folder, output_folder = map(pathlib.Path, arguments[1 if listing else 0:])
    files = outputs(Schema(schema_folder))
    if listing:
        print(";".join(str(output_folder / name) for name in files), end="")
        return
    for name, text in files.items():
        path = output_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text()
        if not path.exists() or path.read_text() != content:
            path.write_text(content)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SchemaError as error:
        sys.exit(str(error))
