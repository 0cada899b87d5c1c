#include "clusterd/apiserver/strategy/validators.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

constexpr size_t kAnnotationsBytesMax = 256 << 10;

bool oneOf(std::string_view word, Words words) {
    return std::ranges::find(words, word) != words.end();
}

bool Checker::requiredText(const FieldPath &path, const JsonObject &object, std::string_view name, Rule rule) {
    const std::string_view text = textAt(object, name);
    if (text.empty()) {
        errors.required(path / name);
        return false;
    }
    if (rule)
        errors.invalidEach(path / name, text, rule(text));
    return true;
}

void Checker::optionalText(const FieldPath &path, const JsonObject &object, std::string_view name, Rule rule) {
    if (const std::string_view text = textAt(object, name); !text.empty())
        if (const Problems problems = rule(text); !problems.empty())
            errors.invalidEach(path / name, text, problems);
}

void Checker::requiredWord(const FieldPath &path, const JsonObject &object, std::string_view name, Words words) {
    if (textAt(object, name).empty())
        errors.required(path / name);
    else
        optionalWord(path, object, name, words);
}

void Checker::optionalWord(const FieldPath &path, const JsonObject &object, std::string_view name, Words words) {
    if (const std::string_view text = textAt(object, name); !text.empty() && !oneOf(text, words))
        errors.notSupported(path / name, text, words);
}

void Checker::notNegative(const FieldPath &path, const JsonObject &object, std::string_view name) {
    if (const int64_t value = intAt(object, name); value < 0)
        errors.invalid(path / name, value, kNotNegative);
}

void Checker::intRange(const FieldPath &path, const JsonObject &object, std::string_view name, int64_t least,
                       int64_t most, std::string_view detail) {
    if (!hasAt(object, name))
        return;
    if (const int64_t value = intAt(object, name); value < least || value > most)
        errors.invalid(path / name, value, detail);
}

void Checker::positive(const FieldPath &path, const JsonObject &object, std::string_view name) {
    intRange(path, object, name, 1, INT64_MAX, kPositive);
}

void Checker::required(const FieldPath &path, const JsonObject &object, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (isEmptyJson(object.if_contains(name)))
            errors.required(path / name);
}

void Checker::maxItems(const FieldPath &path, const JsonObject &object, std::string_view list, size_t most) {
    if (const size_t count = arrayAt(object, list).size(); count > most)
        errors.tooMany(path / list, count, most);
}

void Checker::maxBytes(const FieldPath &path, const JsonObject &object, std::string_view name, size_t most) {
    if (textAt(object, name).size() > most)
        errors.tooLong(path / name, most);
}

void Checker::positiveQuantity(const FieldPath &path, const JsonValue &value) {
    auto parsed = api::Quantity::parse(value.is_string() ? std::string(asText(value)) : Shown(value).text);
    if (parsed && parsed->sign() <= 0)
        errors.invalid(path, parsed->text(), "must be greater than zero");
    else if (!parsed)
        errors.invalid(path, value, parsed.error().message);
}

void Checker::localPath(const FieldPath &path, std::string_view text) {
    if (text.starts_with('/'))
        errors.invalid(path, text, "must be a relative path");
    noWayUp(path, text);
}

void Checker::noWayUp(const FieldPath &path, std::string_view text) {
    for (size_t start = 0; start <= text.size();) {
        const size_t end = std::min(text.find('/', start), text.size());
        if (text.substr(start, end - start) == "..") {
            errors.invalid(path, text, "must not contain '..'");
            return;
        }
        start = end + 1;
    }
}

void Checker::immutable(const FieldPath &path, const JsonObject &object, const JsonObject &old, std::string_view name) {
    if (!sameMember(object, old, name))
        errors.immutable(path / name, Shown::member(object, name));
}

void Checker::portNumber(const FieldPath &path, int64_t port) {
    if (port < 1 || port > 65535)
        errors.invalid(path, port, kPortRange);
}

void Checker::portNumberOrName(const FieldPath &path, const JsonValue &port) {
    if (port.is_string())
        errors.invalidEach(path, asText(port), portNameErrors(asText(port)));
    else
        portNumber(path, asInt(port));
}

void Checker::ip(const FieldPath &path, std::string_view address) {
    if (!isIp(address))
        errors.invalid(path, address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
}

void Checker::cidr(const FieldPath &path, std::string_view cidr) {
    if (!parseCidr(cidr))
        errors.invalid(path, cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
}

std::optional<int64_t> percentOf(const JsonValue &value) {
    std::string_view text = asText(value);
    if (text.size() < 2 || !text.ends_with('%'))
        return std::nullopt;
    text.remove_suffix(1);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

void Checker::intOrPercent(const FieldPath &path, const JsonValue &value) {
    if (value.is_string()) {
        if (!percentOf(value))
            errors.invalid(path, asText(value),
                           "a valid percent string must consist of a numeric string followed by an ending '%' (e.g. "
                           "'1%',  or '93%', regex used for validation is '[0-9]+%')");
    } else if (asInt(value) < 0) {
        errors.invalid(path, asInt(value), kNotNegative);
    }
}

std::optional<api::Quantity> Checker::quantity(const FieldPath &path, const JsonValue &value) {
    auto parsed = api::Quantity::parse(value.is_string() ? std::string(asText(value)) : Shown(value).text);
    if (!parsed) {
        errors.invalid(path, value, parsed.error().message);
        return std::nullopt;
    }
    if (parsed->sign() < 0) {
        errors.invalid(path, parsed->text(), kNotNegative);
        return std::nullopt;
    }
    return *parsed;
}

void Checker::counters(const JsonObject &object, std::initializer_list<std::string_view> names,
                       std::initializer_list<Limit> limits) {
    const FieldPath path("status");
    const JsonObject &status = objectAt(object, "status");
    for (const std::string_view name : names)
        notNegative(path, status, name);
    for (const Limit &limit : limits)
        if (intAt(status, limit.counter) > intAt(status, limit.limit))
            errors.invalid(path / limit.counter, intAt(status, limit.counter), limit.words);
}

void Checker::annotations(const FieldPath &path, const JsonObject &annotations) {
    size_t bytes = 0;
    for (const auto &[key, value] : annotations) {
        std::string lower(key);
        std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
        errors.invalidEach(path, std::string_view(key), qualifiedNameErrors(lower));
        bytes += key.size() + asText(value).size();
    }
    if (bytes > kAnnotationsBytesMax)
        errors.tooLong(path, kAnnotationsBytesMax);
}

void Checker::labels(const FieldPath &path, const JsonObject &labels) {
    for (const auto &[key, value] : labels) {
        if (const Problems problems = qualifiedNameErrors(key); !problems.empty())
            errors.invalidEach(path, std::string_view(key), problems);
        if (const Problems problems = labelValueErrors(asText(value)); !problems.empty())
            errors.invalidEach(path, asText(value), problems);
    }
}

static void checkRequirement(FieldErrors &errors, const FieldPath &path, const JsonObject &requirement) {
    const std::string_view word = textAt(requirement, "operator");
    const JsonArray &values = arrayAt(requirement, "values");
    if (word == "In" || word == "NotIn") {
        if (values.empty())
            errors.required(path / "values", "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (word == "Exists" || word == "DoesNotExist") {
        if (!values.empty())
            errors.forbidden(path / "values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
        errors.invalid(path / "operator", word, "not a valid selector operator");
    }
    errors.invalidEach(path / "key", textAt(requirement, "key"), qualifiedNameErrors(textAt(requirement, "key")));
    for (size_t i = 0; i < values.size(); ++i)
        errors.invalidEach((path / "values")[i], asText(values[i]), labelValueErrors(asText(values[i])));
}

void Checker::labelSelector(const FieldPath &path, const JsonObject &selector) {
    labels(path / "matchLabels", objectAt(selector, "matchLabels"));
    const JsonArray &expressions = arrayAt(selector, "matchExpressions");
    for (size_t i = 0; i < expressions.size(); ++i)
        checkRequirement(errors, (path / "matchExpressions")[i], asObject(expressions[i]));
}

void Checker::workloadSelector(const JsonObject &object, std::string_view owner) {
    const FieldPath spec("spec");
    if (!hasAt(object, "spec", "selector")) {
        errors.required(spec / "selector");
        return;
    }
    const JsonObject &selector = objectAt(object, "spec", "selector");
    const size_t before = errors.count();
    labelSelector(spec / "selector", selector);
    if (objectAt(selector, "matchLabels").empty() && arrayAt(selector, "matchExpressions").empty())
        errors.invalid(spec / "selector", selector, fmt::format("empty selector is invalid for {}", owner));
    if (errors.count() != before)
        return;
    const JsonObject &labels = objectAt(object, "spec", "template", "metadata", "labels");
    if (!selectorMatches(selector, labels))
        errors.invalid(spec / "template" / "metadata" / "labels", labels,
                       "`selector` does not match template `labels`");
}

static bool requirementMatches(const JsonObject &requirement, const JsonObject &labels) {
    const JsonValue *value = memberAt(labels, textAt(requirement, "key"));
    const std::string_view word = textAt(requirement, "operator");
    if (word == "Exists" || word == "DoesNotExist")
        return (value != nullptr) == (word == "Exists");
    if (word != "In" && word != "NotIn")
        return false;
    const JsonArray &values = arrayAt(requirement, "values");
    const bool listed = value && std::ranges::any_of(values, [&](const JsonValue &one) { return one == *value; });
    return listed == (word == "In");
}

bool selectorMatches(const JsonObject &selector, const JsonObject &labels) {
    for (const auto &[key, wanted] : objectAt(selector, "matchLabels")) {
        const JsonValue *value = labels.if_contains(key);
        if (!value || *value != wanted)
            return false;
    }
    for (const JsonValue &requirement : arrayAt(selector, "matchExpressions"))
        if (!requirementMatches(asObject(requirement), labels))
            return false;
    return true;
}

static std::optional<std::string> ipBytes(std::string_view text) {
    const std::string address(text);
    std::string bytes(16, '\0');
    if (address.find('\0') != address.npos)
        return std::nullopt;
    if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1)
        return bytes;
    bytes.resize(4);
    return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ? std::optional(bytes) : std::nullopt;
}

bool isIp(std::string_view text) {
    return ipBytes(text).has_value();
}

bool isIpv6(std::string_view text) {
    return isIp(text) && text.find(':') != text.npos;
}

Problems reachableIpErrors(std::string_view text) {
    const std::optional<std::string> bytes = ipBytes(text);
    if (!bytes)
        return {"must be a valid IP address"};
    auto in = [&](std::string_view range) { return parseCidr(range)->contains(*bytes); };
    Problems problems;
    if (in("0.0.0.0/32") || in("::/128"))
        problems.push_back(fmt::format("may not be unspecified ({})", text));
    if (in("127.0.0.0/8") || in("::1/128"))
        problems.emplace_back("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    if (in("169.254.0.0/16") || in("fe80::/10"))
        problems.emplace_back("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    if (in("224.0.0.0/24") || in("ff02::/16"))
        problems.emplace_back("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    return problems;
}

std::string canonicalIp(std::string_view text) {
    const std::optional<std::string> bytes = ipBytes(text);
    char address[INET6_ADDRSTRLEN] = "";
    if (bytes)
        ::inet_ntop(bytes->size() == 4 ? AF_INET : AF_INET6, bytes->data(), address, sizeof address);
    return address;
}

std::optional<Cidr> parseCidr(std::string_view text) {
    const size_t slash = text.find('/');
    std::optional<std::string> bytes = ipBytes(text.substr(0, slash));
    if (slash == text.npos || !bytes)
        return std::nullopt;
    const std::string_view number = text.substr(slash + 1);
    Cidr cidr{std::move(*bytes), 0};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), cidr.prefix);
    if (error != std::errc() || end != number.data() + number.size() || number.starts_with('-') ||
        (number.size() > 1 && number.starts_with('0')) || cidr.prefix > static_cast<int>(cidr.bytes.size()) * 8)
        return std::nullopt;
    for (int bit = cidr.prefix; bit < static_cast<int>(cidr.bytes.size()) * 8; ++bit)
        cidr.bytes[static_cast<size_t>(bit / 8)] &= static_cast<char>(~(0x80 >> bit % 8));
    return cidr;
}

bool Cidr::contains(std::string_view ipBytes) const {
    if (ipBytes.size() != bytes.size())
        return false;
    for (int bit = 0; bit < prefix; ++bit)
        if ((bytes[static_cast<size_t>(bit / 8)] ^ ipBytes[static_cast<size_t>(bit / 8)]) & (0x80 >> bit % 8))
            return false;
    return true;
}

std::string Cidr::text() const {
    char address[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), address, sizeof address);
    return fmt::format("{}/{}", address, prefix);
}

} // namespace coracle::apiserver
