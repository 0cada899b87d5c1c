"""Writes the constant tables of core/api/schema.h: tables.h, tables_<n>.cpp and resources.cpp."""

from .schema_reader import SCALARS
from .text import HEADER, quoted

KINDS = {"string": "String", "bool": "Bool", "int32": "Int32", "int64": "Int64", "double": "Double", "bytes": "Bytes",
         "Quantity": "Quantity", "IntOrString": "IntOrString", "Time": "Time", "MicroTime": "MicroTime",
         "Duration": "DurationText", "Raw": "Raw"}
WIRES = {"bool": 0, "int32": 0, "int64": 0, "double": 1}
CONTAINERS = {"[]": "List", "{}": "Map"}
STRATEGIES = {"merge": "Merge", "replace": "Replace", "retainKeys": "RetainKeys", "merge,retainKeys": "MergeRetainKeys"}
FORMS = {"list": "List", "schema-or-array": "SchemaOrArray", "schema-or-bool": "SchemaOrBool",
         "schema-or-strings": "SchemaOrStrings"}
CHUNKS = 3  # translation units for the type tables


def sorted_types(package):
    return sorted(package.types.values(), key=lambda type_: type_.name)


class TableWriter:
    def __init__(self, schema):
        self.schema = schema
        self.packages = sorted(schema.packages.values(), key=lambda package: package.name)
        self.index = {f"{package.name}.{type_.name}": i for package in self.packages
                      for i, type_ in enumerate(sorted_types(package))}

    def type_pointer(self, reference):
        package = self.schema.type(reference).package
        return f"&kTypes_{package.identifier}[{self.index[reference]}]"

    def header(self):
        lines = [HEADER, "#pragma once", "", '#include "core/api/schema.h"', "", "namespace coracle::api::tables {"]
        lines += [f"extern const TypeInfo kTypes_{package.identifier}[{len(package.types)}];"
                  for package in self.packages]
        return "\n".join(lines + ["} // namespace coracle::api::tables", ""])

    def chunks(self):
        """The packages in CHUNKS groups of about the same number of fields."""
        groups = [[0, []] for _ in range(CHUNKS)]
        weights = {p.name: sum(len(t.fields) + 2 for t in p.types.values()) for p in self.packages}
        for package in sorted(self.packages, key=lambda p: -weights[p.name]):
            group = min(groups, key=lambda g: g[0])
            group[0] += weights[package.name]
            group[1].append(package)
        return [sorted(group[1], key=lambda p: p.name) for group in groups]

    def types_source(self, packages):
        self.arrays = {}  # content -> name, for the lists of strings that fields share
        body = []
        for package in packages:
            for type_ in sorted_types(package):
                if type_.fields:
                    body.append(f"constexpr FieldInfo kFields_{package.identifier}_{type_.name}[] = {{")
                    body += ["    " + self.field(member) + "," for member in type_.fields]
                    body.append("};")
        arrays = [f"constexpr std::string_view {name}[] = {{{', '.join(map(quoted, content))}}};"
                  for content, name in self.arrays.items()]
        lines = [HEADER, '#include "core/api/tables.h"', "", "namespace coracle::api::tables {", "namespace {"]
        lines += arrays + body + ["} // namespace", ""]
        for package in packages:
            lines.append(f"constinit const TypeInfo kTypes_{package.identifier}[{len(package.types)}] = {{")
            lines += ["    " + self.type_info(package, type_) + "," for type_ in sorted_types(package)]
            lines.append("};")
        return "\n".join(lines + ["} // namespace coracle::api::tables", ""])

    def array(self, values):
        return self.arrays.setdefault(tuple(values), f"kStrings{len(self.arrays)}")

    def type_info(self, package, type_):
        parts = [f".name = {quoted(type_.name)}", f".package = {quoted(package.name)}",
                 f".schemaName = {quoted(package.definitions + '.' + type_.name)}"]
        if type_.fields:
            parts.append(f".fields = kFields_{package.identifier}_{type_.name}")
        if type_.atomic:
            parts.append(".atomic = true")
        if type_.form != "object":
            parts.append(f".form = JsonForm::{FORMS[type_.form]}")
        return "{" + ", ".join(parts) + "}"

    def field(self, member):
        strings = self.schema.strings(member.type) if member.type not in SCALARS else None
        is_struct = member.type not in SCALARS and not strings
        kind = "Struct" if is_struct else "String" if strings else KINDS[member.type]
        parts = [f".name = {quoted(member.name)}", f".kind = ValueKind::{kind}"]
        if member.container:
            parts.append(f".container = Container::{CONTAINERS[member.container]}")
        flags = (("inlined", member.inlined), ("pointer", member.pointer), ("omitEmpty", member.omit_empty),
                 ("required", member.required), ("deprecated", member.deprecated), ("atomicMap", member.atomic))
        parts += [f".{name} = true" for name, on in flags if on]
        if member.list_type:
            parts.append(f".listType = ListType::{member.list_type.capitalize()}")
        if member.patch:
            parts.append(f".patchStrategy = PatchStrategy::{STRATEGIES[member.patch]}")
        if member.patch_key:
            parts.append(f".patchKey = {quoted(member.patch_key)}")
        if member.list_keys:
            parts.append(f".listMapKeys = {self.array(member.list_keys)}")
        if is_struct:
            parts.append(f".type = {self.type_pointer(member.type)}")
        if strings and strings.published:
            parts.append(f".enumValues = {self.array(value for _, value in strings.values)}")
        if member.default:
            parts.append(f".defaultJson = {quoted(member.default)}")
        if member.number:
            wire = 2 if is_struct or member.container == "{}" else WIRES.get(member.type, 2)
            parts += [f".protobufNumber = {member.number}", f".protobufWire = {wire}"]
        return "{" + ", ".join(parts) + "}"

    def resources_source(self):
        self.arrays = {}
        served, optional, extra = [], [], []
        for resource in sorted(self.schema.resources, key=lambda r: (r.group, r.plural)):
            prefix = f"{resource.group}_{resource.plural}".replace(".", "_").replace("-", "_")
            extra += self.resource_arrays(resource, prefix)
            for version, on in resource.versions:
                row = self.resource_row(resource, version, prefix)
                (served if on else optional).append(((resource.group, version, resource.plural), row))
        lines = [HEADER, '#include "core/api/tables.h"', "", "namespace coracle::api {", "namespace {"]
        lines += [f"constexpr std::string_view {name}[] = {{{', '.join(map(quoted, content))}}};"
                  for content, name in self.arrays.items()]
        lines += extra
        for name, rows in (("kServed", served), ("kOptional", optional)):
            lines.append(f"constinit const ResourceInfo {name}[] = {{")
            lines += [f"    {row}," for _, row in sorted(rows)] + ["};"]
        lines.append("constinit const PackageInfo kPackages[] = {")
        lines += [f"    {{{quoted(p.name)}, {quoted(p.group)}, {quoted(p.version)}, tables::kTypes_{p.identifier}}},"
                  for p in self.packages]
        lines += ["};", "} // namespace", "",
                  "std::span<const ResourceInfo> builtinResources() { return kServed; }",
                  "std::span<const ResourceInfo> optionalResources() { return kOptional; }",
                  "std::span<const PackageInfo> packages() { return kPackages; }", "} // namespace coracle::api", ""]
        return "\n".join(lines)

    def resource_arrays(self, resource, prefix):
        lines = []
        if resource.columns:
            lines.append(f"constexpr ColumnInfo kColumns_{prefix}[] = {{")
            lines += [f"    {{{quoted(name)}, {quoted(type_)}, {quoted(format_)}, {priority}, {{}}}},"
                      for type_, format_, priority, name in resource.columns] + ["};"]
        for version, _ in resource.versions if resource.subresources else ():
            lines.append(f"constexpr SubresourceInfo kSubresources_{prefix}_{version}[] = {{")
            for name, reference, verbs in resource.subresources:
                package_name, _, kind = reference.rpartition(".")
                package = (self.schema.by_api_version[package_name] if package_name
                           else self.schema.package_of(resource.group, version))
                lines.append(f"    {{{quoted(name)}, {quoted(package.group)}, {quoted(package.version)}, "
                             f"{quoted(kind)}, {self.array(verbs)}}},")
            lines.append("};")
        return lines

    def resource_row(self, resource, version, prefix):
        package = self.schema.package_of(resource.group, version)
        listed = f"{resource.kind}List"
        preferred = next(v for v in self.schema.groups[resource.group] if v in dict(resource.versions))
        parts = [f".group = {quoted(resource.group)}", f".version = {quoted(version)}",
                 f".resource = {quoted(resource.plural)}", f".singular = {quoted(resource.singular)}",
                 f".kind = {quoted(resource.kind)}",
                 f".listKind = {quoted(listed if listed in package.types else '')}",
                 f".namespaced = {str(resource.namespaced).lower()}",
                 f".preferredVersion = {str(version == preferred).lower()}",
                 f".storageVersion = {quoted(resource.versions[0][0])}",
                 f".storagePrefix = {quoted(resource.prefix)}", f".storageVersionHash = {quoted(resource.hash)}"]
        for name, values in (("verbs", resource.verbs), ("shortNames", resource.short),
                             ("categories", resource.categories)):
            if values:
                parts.append(f".{name} = {self.array(values)}")
        if resource.subresources:
            parts.append(f".subresources = kSubresources_{prefix}_{version}")
        if resource.selectable:
            parts.append(f".selectableFields = {self.array(resource.selectable)}")
        if resource.columns:
            parts.append(f".columns = kColumns_{prefix}")
        type_index = self.index[f"{package.name}.{resource.kind}"]
        parts += [f".type = &tables::kTypes_{package.identifier}[{type_index}]",
                  f".apiVersion = {quoted(package.api_version)}"]
        return "{" + ", ".join(parts) + "}"
