"""Writes the typed structs: types/<package>.h and structs_<n>.cpp for the closure of schema/structs.txt."""

from .schema_reader import SCALARS
from .text import HEADER, member_name, quoted

CPP = {"string": "std::string", "bool": "bool", "int32": "int32_t", "int64": "int64_t", "double": "double",
       "bytes": "api::Bytes", "Quantity": "api::Quantity", "IntOrString": "api::IntOrString", "Time": "api::Time",
       "MicroTime": "api::MicroTime", "Duration": "api::DurationText", "Raw": "api::RawJson"}
INITIAL = {"bool": " = false", "int32": " = 0", "int64": " = 0", "double": " = 0"}
OWN_NULL = ("Time", "MicroTime", "Raw")  # these can be absent by themselves
INLINE_FIELDS_MAX = 5  # larger structs have their special members in the .cpp: users compile faster
TYPE_META = "meta/v1.TypeMeta"
CHUNKS = 5


def namespace(package):
    """Go's import alias: core/v1 -> corev1."""
    return package.name.replace("/", "")


class StructWriter:
    def __init__(self, schema):
        self.schema = schema
        self.closure = {}
        for root in schema.roots:
            self.visit(root)
        self.packages = {}
        for reference in self.closure:
            type_ = schema.type(reference)
            self.packages.setdefault(type_.package.name, []).append(type_)
        self.resources = {(r.group, v, r.kind) for r in schema.resources for v, on in r.versions if on}

    def is_struct(self, reference):
        return reference not in SCALARS and self.schema.type(reference) is not None

    def visit(self, reference):
        if reference in self.closure:
            return
        type_ = self.schema.type(reference)
        self.closure[reference] = type_
        for member in type_.fields:
            if self.is_struct(member.type) and member.type != TYPE_META:
                if self.schema.type(member.type).form == "object":
                    self.visit(member.type)

    def cpp_type(self, member, package):
        type_ = self.schema.type(member.type) if self.is_struct(member.type) else None
        if type_ and type_.form == "list":
            base = "std::vector<std::string>"
        elif type_:
            base = type_.name if type_.package is package else f"{namespace(type_.package)}::{type_.name}"
        else:
            base = CPP[member.type if member.type in SCALARS else "string"]
        if member.container == "[]":
            return f"std::vector<{base}>"
        if member.container == "{}":
            return f"std::map<std::string, {base}, std::less<>>"
        if member.pointer and type_:
            return f"api::Ptr<{base}>"
        if member.pointer and member.type not in OWN_NULL:
            return f"std::optional<{base}>"
        return base

    def parts(self, type_):
        """(bases, members, is it a kind)"""
        bases = [m for m in type_.fields if m.inlined and m.type != TYPE_META]
        members = [m for m in type_.fields if not m.inlined]
        return bases, members, any(m.inlined and m.type == TYPE_META for m in type_.fields)

    def all_members(self, type_):
        """The members with those of the bases, in JSON order."""
        result = []
        for member in type_.fields:
            if not member.inlined:
                result.append(member)
            elif member.type != TYPE_META:
                result += self.all_members(self.schema.type(member.type))
        return result

    def depends(self, type_):
        """What must be defined before: everything of the same package but pointees."""
        for member in type_.fields:
            if self.is_struct(member.type) and member.type != TYPE_META:
                other = self.schema.type(member.type)
                if other.package is type_.package and other.form == "object" and not (
                        member.pointer and not member.container):
                    yield other

    def ordered(self, types):
        done, result = set(), []

        def put(type_):
            if type_.name in done:
                return
            done.add(type_.name)
            for other in self.depends(type_):
                put(other)
            result.append(type_)

        for type_ in sorted(types, key=lambda t: t.name):
            put(type_)
        return result

    def header(self, package):
        types = self.packages[package.name]
        includes = sorted({self.schema.type(m.type).package.identifier for t in types for m in t.fields
                           if self.is_struct(m.type) and self.schema.type(m.type).package is not package
                           and m.type != TYPE_META and self.schema.type(m.type).form == "object"})
        lines = [HEADER, "#pragma once", "", '#include "core/api/struct_types.h"']
        lines += [f'#include "core/api/types/{name}.h"' for name in includes]
        lines += ["", f"namespace coracle::{namespace(package)} {{", "", "namespace api = coracle::api;", ""]
        for strings in package.strings.values():
            lines += [f"inline constexpr std::string_view k{name} = {quoted(value)};" for name, value in strings.values]
        for name, value in package.constants:
            type_ = {str: "std::string_view", bool: "bool"}.get(type(value), "int64_t")
            lines.append(f"inline constexpr {type_} k{name} = {quoted(value)};")
        lines.append("")
        lines += [f"struct {type_.name};" for type_ in sorted(types, key=lambda t: t.name)] + [""]
        for type_ in self.ordered(types):
            lines += self.struct(type_) + [""]
        return "\n".join(lines + [f"}} // namespace coracle::{namespace(package)}", ""])

    def out_of_line(self, type_):
        return len(self.all_members(type_)) > INLINE_FIELDS_MAX

    def struct(self, type_):
        bases, members, kind = self.parts(type_)
        package = type_.package
        names = [self.cpp_type(base, package) for base in bases]
        lines = [f"struct {type_.name}{' : ' if names else ''}{', '.join(names)} {{"]
        if kind:
            version = package.api_version if package.name != "meta/v1" else "v1"
            lines += [f"    static constexpr std::string_view kApiVersion = {quoted(version)};",
                      f"    static constexpr std::string_view kKind = {quoted(type_.name)};"]
            if (package.group, package.version, type_.name) in self.resources:
                lines.append("    static const api::ResourceInfo &resource();")
        for member in members:
            cpp = self.cpp_type(member, package)
            initial = INITIAL.get(member.type, "") if not member.container and not member.pointer else ""
            name = member_name(member.name)
            if name == type_.name:
                name += "_"
            lines.append(f"    {cpp} {name}{initial};")
        lines.append("")
        if self.out_of_line(type_):
            name = type_.name
            lines += [f"    {name}();", f"    {name}(const {name} &);", f"    {name}({name} &&) noexcept;",
                      f"    {name} &operator=(const {name} &);", f"    {name} &operator=({name} &&) noexcept;",
                      f"    ~{name}();"]
        lines += [f"    bool operator==(const {type_.name} &) const;", "    static const api::StructInfo kStruct;"]
        lines.append("};")
        return lines

    def chunks(self):
        """All structs in CHUNKS groups of about the same number of members, one translation unit each."""
        types = [type_ for name in sorted(self.packages) for type_ in self.ordered(self.packages[name])]
        weights = [len(self.all_members(type_)) + 2 for type_ in types]
        groups, done = [[] for _ in range(CHUNKS)], 0
        for type_, weight in zip(types, weights):
            groups[done * CHUNKS // sum(weights)].append(type_)
            done += weight
        return groups

    def source(self, types):
        packages = list({type_.package.name: type_.package for type_ in types}.values())
        lines = [HEADER, '#include "core/api/schema.h"', '#include "core/api/struct_codec.h"']
        lines += [f'#include "core/api/types/{package.identifier}.h"' for package in packages]
        lines += ["", "#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"", ""]
        for package in packages:
            lines += [f"namespace coracle::{namespace(package)} {{", ""]
            for type_ in types:
                if type_.package is package:
                    lines += self.definitions(type_)
            lines += [f"}} // namespace coracle::{namespace(package)}", ""]
        return "\n".join(lines)

    def definitions(self, type_):
        name, package = type_.name, type_.package
        lines = []
        if self.out_of_line(type_):
            lines += [f"{name}::{name}() = default;", f"{name}::{name}(const {name} &) = default;",
                      f"{name}::{name}({name} &&) noexcept = default;",
                      f"{name} &{name}::operator=(const {name} &) = default;",
                      f"{name} &{name}::operator=({name} &&) noexcept = default;", f"{name}::~{name}() = default;"]
        lines.append(f"bool {name}::operator==(const {name} &) const = default;")
        members = self.all_members(type_)
        if members:
            lines.append(f"static constexpr api::Member kMembers_{name}[] = {{")
            for member in members:
                cpp = member_name(member.name)
                if cpp == name:
                    cpp += "_"
                lines.append(f"    {{{quoted(member.name)}, &api::kMemberOps<decltype({name}::{cpp})>, "
                             f"offsetof({name}, {cpp}), {str(member.omit_empty).lower()}}},")
            lines.append("};")
        kind = self.parts(type_)[2]
        api_version, kind_name = (f"{name}::kApiVersion", f"{name}::kKind") if kind else ("{}", "{}")
        lines.append(f"constinit const api::StructInfo {name}::kStruct = {{{api_version}, {kind_name}, "
                     f"{'kMembers_' + name if members else '{}'}}};")
        if (package.group, package.version, name) in self.resources:
            plural = next(r.plural for r in self.schema.resources if (r.group, r.kind) == (package.group, name))
            lines += [f"const api::ResourceInfo &{name}::resource() {{",
                      f"    return *api::findResource({quoted(package.group)}, {quoted(package.version)}, "
                      f"{quoted(plural)});", "}"]
        return lines + [""]
