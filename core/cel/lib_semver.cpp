#include "core/base/result.h"
#include "core/cel/functions.h"
#include "core/cel/library_values.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <vector>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

/// A semantic version 2.0.0. Build metadata does not count.
struct Version {
    uint64_t major = 0, minor = 0, patch = 0;
    std::vector<std::string> prerelease;
};

bool isNumeric(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isIdentifier(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
}

std::vector<std::string> parts(std::string_view text, char separator, size_t max = SIZE_MAX) {
    std::vector<std::string> found;
    while (found.size() + 1 < max) {
        const size_t at = text.find(separator);
        if (at == text.npos)
            break;
        found.emplace_back(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    found.emplace_back(text);
    return found;
}

Result<uint64_t> number(std::string_view text, std::string_view what) {
    uint64_t value = 0;
    if (!isNumeric(text))
        return errors::other(fmt::format("Invalid character(s) found in {} number \"{}\"", what, text));
    if (text.size() > 1 && text[0] == '0')
        return errors::other(fmt::format("{} number must not contain leading zeroes \"{}\"", what, text));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Versions are given to expressions as ints.
    if (error != std::errc() || value > uint64_t(INT64_MAX))
        return errors::other(fmt::format("{} number \"{}\" is out of range", what, text));
    return value;
}

Result<Version> parseVersion(std::string_view text) {
    if (text.empty())
        return errors::other("Version string empty");
    const auto fields = parts(text, '.', 3);
    if (fields.size() != 3)
        return errors::other("No Major.Minor.Patch elements found");
    Version version;
    TRY(version.major, number(fields[0], "Major"));
    TRY(version.minor, number(fields[1], "Minor"));
    std::string_view patch(fields[2]), build, prerelease;
    bool hasBuild = false, hasPrerelease = false;
    if (const size_t at = patch.find('+'); at != patch.npos) {
        hasBuild = true;
        build = patch.substr(at + 1);
        patch = patch.substr(0, at);
    }
    if (const size_t at = patch.find('-'); at != patch.npos) {
        hasPrerelease = true;
        prerelease = patch.substr(at + 1);
        patch = patch.substr(0, at);
    }
    TRY(version.patch, number(patch, "Patch"));
    if (hasPrerelease)
        version.prerelease = parts(prerelease, '.');
    for (const std::string &identifier : version.prerelease) {
        if (!isIdentifier(identifier))
            return errors::other(fmt::format("Invalid character(s) found in prerelease \"{}\"", identifier));
        if (isNumeric(identifier))
            CHECK(number(identifier, "Numeric PreRelease version"));
    }
    if (hasBuild)
        for (const std::string &identifier : parts(build, '.'))
            if (!isIdentifier(identifier))
                return errors::other(fmt::format("Invalid character(s) found in build meta data \"{}\"", identifier));
    return version;
}

/// Takes a leading v away, completes short versions, and removes leading zeros.
Result<Version> parseTolerant(std::string_view text) {
    if (text.starts_with('v'))
        text.remove_prefix(1);
    auto fields = parts(text, '.', 3);
    for (std::string &field : fields) {
        if (field.size() <= 1)
            continue;
        field.erase(0, std::min(field.find_first_not_of('0'), field.size()));
        if (field.empty() || field[0] < '0' || field[0] > '9')
            field.insert(field.begin(), '0');
    }
    if (fields.size() < 3 && fields.back().find_first_of("+-") != std::string::npos)
        return errors::other("short version cannot contain PreRelease/Build meta data");
    fields.resize(3, "0");
    return parseVersion(fmt::format("{}.{}.{}", fields[0], fields[1], fields[2]));
}

int compareIdentifiers(const std::string &a, const std::string &b) {
    if (isNumeric(a) != isNumeric(b))
        return isNumeric(a) ? -1 : 1;
    if (isNumeric(a) && a.size() != b.size())
        return a.size() < b.size() ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
}

int compareVersions(const Version &a, const Version &b) {
    for (const auto part : {&Version::major, &Version::minor, &Version::patch})
        if (a.*part != b.*part)
            return a.*part < b.*part ? -1 : 1;
    if (a.prerelease.empty() != b.prerelease.empty())
        return a.prerelease.empty() ? 1 : -1;
    for (size_t i = 0; i < std::min(a.prerelease.size(), b.prerelease.size()); ++i)
        if (const int order = compareIdentifiers(a.prerelease[i], b.prerelease[i]))
            return order;
    return a.prerelease.size() == b.prerelease.size() ? 0 : a.prerelease.size() < b.prerelease.size() ? -1 : 1;
}

struct SemverObject : Opaque {
    Version version;

    explicit SemverObject(Version own) : version(std::move(own)) {}
    std::string_view typeName() const override { return "kubernetes.Semver"; }
    bool equals(const Opaque &other) const override {
        return compareVersions(version, static_cast<const SemverObject &>(other).version) == 0;
    }
};

const Version &asVersion(const Value &value) {
    return static_cast<const SemverObject &>(value.asOpaque()).version;
}

Result<Version> parse(Arguments a) {
    return a.size() > 1 && a[1].asBool() ? parseTolerant(a[0].asString()) : parseVersion(a[0].asString());
}

Value toSemver(Arguments a) {
    auto version = parse(a);
    return version ? Value::opaque(std::make_shared<const SemverObject>(std::move(*version)))
                   : Value::error(version.error().message);
}

Value isSemver(Arguments a) {
    return Value::boolean(parse(a).has_value());
}

template<uint64_t Version::*part>
Value partOf(Arguments a) {
    return Value::integer(int64_t(asVersion(a[0]).*part));
}

Value isLess(Arguments a) {
    return Value::boolean(compareVersions(asVersion(a[0]), asVersion(a[1])) < 0);
}

Value isGreater(Arguments a) {
    return Value::boolean(compareVersions(asVersion(a[0]), asVersion(a[1])) > 0);
}

Value compare(Arguments a) {
    return Value::integer(compareVersions(asVersion(a[0]), asVersion(a[1])));
}

} // namespace

Value semverValue(std::string_view text) {
    auto version = parseVersion(text);
    return version ? Value::opaque(std::make_shared<const SemverObject>(std::move(*version)))
                   : Value::error(version.error().message);
}

Type semverType() {
    return opaqueType("kubernetes.Semver");
}

void addSemverLibrary(FunctionTable &table) {
    table.add("semver", "string_to_semver", "string -> kubernetes.Semver", toSemver, CostKind::TraverseText);
    table.add("semver", "string_bool_to_semver", "string, bool -> kubernetes.Semver", toSemver, CostKind::TraverseText);
    table.add("isSemver", "is_semver_string", "string -> bool", isSemver, CostKind::TraverseText);
    table.add("isSemver", "is_semver_string_bool", "string, bool -> bool", isSemver, CostKind::TraverseText);
    table.add("major", "semver_major", "kubernetes.Semver.() -> int", partOf<&Version::major>);
    table.add("minor", "semver_minor", "kubernetes.Semver.() -> int", partOf<&Version::minor>);
    table.add("patch", "semver_patch", "kubernetes.Semver.() -> int", partOf<&Version::patch>);
    table.add("isLessThan", "semver_is_less_than", "kubernetes.Semver.(kubernetes.Semver) -> bool", isLess);
    table.add("isGreaterThan", "semver_is_greater_than", "kubernetes.Semver.(kubernetes.Semver) -> bool", isGreater);
    table.add("compareTo", "semver_compare_to", "kubernetes.Semver.(kubernetes.Semver) -> int", compare);
}

} // namespace coracle::cel
