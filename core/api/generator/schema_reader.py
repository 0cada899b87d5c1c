"""Reads the schema files (core/api/schema/README.md describes the format) into a model."""

import json
import pathlib
import re
from dataclasses import dataclass, field


class SchemaError(Exception):
    pass


@dataclass
class Field:
    number: int  # protobuf; 0: none
    name: str  # JSON; empty for an inlined struct
    required: bool
    omit_empty: bool
    pointer: bool
    container: str  # "", "[]" or "{}"
    type: str  # scalar name or "package.Type"
    list_type: str = ""
    list_keys: tuple = ()
    patch: str = ""
    patch_key: str = ""
    atomic: bool = False
    deprecated: bool = False
    default: str = ""

    @property
    def inlined(self):
        return self.name == ""


@dataclass
class Type:
    package: "Package"
    name: str
    form: str = "object"
    atomic: bool = False
    fields: list = field(default_factory=list)


@dataclass
class Strings:
    """A named string: its constants; published says whether the API publishes them as the only allowed values."""
    name: str
    published: bool
    values: list = field(default_factory=list)  # (constant name, value)


@dataclass
class Package:
    name: str
    group: str = ""
    version: str = ""
    definitions: str = ""
    constants: list = field(default_factory=list)  # (constant name, value)
    types: dict = field(default_factory=dict)
    strings: dict = field(default_factory=dict)

    @property
    def identifier(self):
        return self.name.replace("/", "_")

    @property
    def api_version(self):
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass
class Subresource:
    name: str
    package: Package
    kind: str
    verbs: list


@dataclass
class Resource:
    plural: str
    singular: str
    kind: str
    namespaced: bool
    group: str = ""
    versions: list = field(default_factory=list)  # (version, served by default); the first one is stored
    short: list = field(default_factory=list)
    categories: list = field(default_factory=list)
    verbs: list = field(default_factory=list)
    prefix: str = ""
    hash: str = ""
    selectable: list = field(default_factory=list)
    subresources: list = field(default_factory=list)  # (name, "[package.]Kind", verbs)
    columns: list = field(default_factory=list)  # (type, format, priority, name)


SCALARS = ("string", "bool", "int32", "int64", "double", "bytes", "Quantity", "IntOrString", "Time", "MicroTime",
           "Duration", "Raw")
ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


class Schema:
    def __init__(self, folder):
        self.packages = {}
        self.groups = {}  # group -> versions, the preferred one first
        self.resources = []
        folder = pathlib.Path(folder)
        for path in sorted(folder.glob("*.schema")):
            if path.name != "resources.schema":
                self._read(path, self._package_line)
        self._read(folder / "resources.schema", self._resource_line)
        self.roots = []
        for line in (folder / "structs.txt").read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                package, name = line.split()
                self.roots.append(f"{package}.{name}")
        self._resolve()

    def _read(self, path, handle):
        self._current = self._block = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                handle(line.startswith(" "), line.split())
            except (SchemaError, KeyError, ValueError, IndexError, AttributeError) as error:
                raise SchemaError(f"{path}:{number}: {error}: {line.strip()}") from None

    def _package_line(self, indented, words):
        key = words[0]
        if indented:
            if isinstance(self._block, Type):
                self._block.fields.append(self._field(words))
            else:
                self._block.values.append((key, json.loads(" ".join(words[1:]))))
        elif key == "package":
            self._current = self.packages[words[1]] = Package(words[1])
        elif key == "group":
            self._current.group = words[1].strip('"')
        elif key in ("version", "definitions"):
            setattr(self._current, key, words[1])
        elif key == "const":
            self._current.constants.append((words[1], json.loads(" ".join(words[2:]))))
        elif key in ("enum", "string"):
            self._block = self._current.strings[words[1]] = Strings(words[1], key == "enum")
        elif key == "type":
            self._block = self._current.types[words[1]] = Type(self._current, words[1])
            for word in words[2:]:
                if word == "atomic":
                    self._block.atomic = True
                elif word.startswith("form="):
                    self._block.form = word[5:]
                else:
                    raise SchemaError(f"unknown attribute {word}")
        else:
            raise SchemaError("unknown line")

    def _field(self, words):
        number, name, type_text = words[:3]
        match = re.fullmatch(r"([^!?]+)(!?)(\??)", name)
        shape = re.fullmatch(r"(\*?)(\[\]|\{\}|)([\w/.]+)", type_text)
        if not match or not shape:
            raise SchemaError("not a field: <number> <name>[!][?] [*][[]|{}]<type> [attribute]...")
        reference = shape[3]
        if reference not in SCALARS and "." not in reference:
            reference = f"{self._current.name}.{reference}"
        result = Field(0 if number == "-" else int(number), "" if match[1] == "..." else match[1], bool(match[2]),
                       bool(match[3]), bool(shape[1]), shape[2], reference)
        for word in words[3:]:
            self._attribute(result, word)
        return result

    @staticmethod
    def _attribute(result, word):
        key, _, value = word.partition("=")
        match = re.fullmatch(r"([\w,]+)(?:\((.*)\))?", value)
        if key == "list":
            result.list_type, result.list_keys = match[1], tuple(match[2].split(",") if match[2] else ())
        elif key == "patch":
            result.patch, result.patch_key = match[1], match[2] or ""
        elif key == "default":
            json.loads(value)
            result.default = value
        elif word in ("atomic", "deprecated"):
            setattr(result, word, True)
        else:
            raise SchemaError(f"unknown attribute {word}")

    def _resource_line(self, indented, words):
        key, rest = words[0], words[1:]
        if not indented and key == "group":
            self.groups[rest[0].strip('"')] = rest[1:]
        elif not indented and key == "resource":
            singular = "" if rest[1] == "-" else rest[1]
            self._block = Resource(rest[0], singular, rest[2], {"namespaced": True, "cluster": False}[rest[3]])
            self.resources.append(self._block)
        elif key == "group":
            self._block.group = rest[0].strip('"')
        elif key == "versions":
            self._block.versions = [(word.removesuffix("=off"), not word.endswith("=off")) for word in rest]
        elif key == "verbs":
            self._block.verbs = ALL_VERBS if rest == ["all"] else rest
        elif key in ("short", "categories", "selectable"):
            setattr(self._block, key, rest)
        elif key == "stored":
            self._block.prefix, self._block.hash = rest
        elif key == "sub":
            self._block.subresources.append((rest[0], rest[1], rest[2:]))
        elif key == "column":
            self._block.columns.append((rest[0], rest[1].replace("-", ""), int(rest[2]), " ".join(rest[3:])))
        else:
            raise SchemaError("unknown line")

    def _resolve(self):
        self.by_api_version = {package.api_version: package for package in self.packages.values()}
        for package in self.packages.values():
            for type_ in package.types.values():
                for member in type_.fields:
                    if member.type not in SCALARS and not self.type(member.type) and not self.strings(member.type):
                        raise SchemaError(f"{package.name}.{type_.name}.{member.name}: no type {member.type}")
        for root in self.roots:
            if not self.type(root):
                raise SchemaError(f"structs.txt: no type {root}")

    def type(self, reference):
        package, _, name = reference.rpartition(".")
        return self.packages[package].types.get(name) if package in self.packages else None

    def strings(self, reference):
        package, _, name = reference.rpartition(".")
        return self.packages[package].strings.get(name) if package in self.packages else None

    def package_of(self, group, version):
        return self.by_api_version[f"{group}/{version}" if group else version]
