#include "core/api/label_syntax.h"

#include "core/cel/from_json.h"
#include "core/cel/functions.h"
#include "core/cel/url.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;
using Complaints = std::vector<std::string>;

/// A name that others are made from may end with a dash.
template<Complaints (*check)(std::string_view)>
Complaints prefixErrors(std::string_view text) {
    std::string name(text);
    if (name.size() > 1 && name.back() == '-')
        name.back() = 'a';
    return check(name);
}

Complaints uriErrors(std::string_view text) {
    const auto url = Url::parse(text);
    return url ? Complaints{} : Complaints{url.error().message};
}

Complaints uuidErrors(std::string_view text) {
    const auto hexadecimal = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    std::string digits(text);
    // Dashes may be where they belong, or nowhere.
    if (text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-')
        std::erase(digits, '-');
    const bool good = digits.size() == 32 && std::all_of(digits.begin(), digits.end(), hexadecimal);
    return good ? Complaints{} : Complaints{"does not match the UUID format"};
}

Complaints byteErrors(std::string_view text) {
    const bool good = !text.empty() && text.size() % 4 == 0 && text.find_first_of("\r\n") == text.npos &&
                      decodeBase64(text).has_value();
    return good ? Complaints{} : Complaints{"invalid base64"};
}

Complaints dateErrors(std::string_view text) {
    const bool good = text.size() == 10 && parseTimestamp(fmt::format("{}T00:00:00Z", text)).has_value();
    return good ? Complaints{} : Complaints{"invalid date"};
}

Complaints dateTimeErrors(std::string_view text) {
    return parseTimestamp(text) ? Complaints{} : Complaints{"invalid datetime"};
}

struct FormatRow {
    const char *name;
    Complaints (*check)(std::string_view);
};

constexpr FormatRow kFormats[] = {
    {"dns1123Label", api::dns1123LabelErrors},
    {"dns1123Subdomain", api::dns1123SubdomainErrors},
    {"dns1035Label", api::dns1035LabelErrors},
    {"qualifiedName", api::qualifiedNameErrors},
    {"dns1123LabelPrefix", prefixErrors<api::dns1123LabelErrors>},
    {"dns1123SubdomainPrefix", prefixErrors<api::dns1123SubdomainErrors>},
    {"dns1035LabelPrefix", prefixErrors<api::dns1035LabelErrors>},
    {"labelValue", api::labelValueErrors},
    {"uri", uriErrors},
    {"uuid", uuidErrors},
    {"byte", byteErrors},
    {"date", dateErrors},
    {"datetime", dateTimeErrors},
};

struct FormatObject : Opaque {
    const FormatRow &row;

    explicit FormatObject(const FormatRow &own) : row(own) {}
    std::string_view typeName() const override { return "kubernetes.NamedFormat"; }
    bool equals(const Opaque &other) const override { return &row == &static_cast<const FormatObject &>(other).row; }
};

Value named(Arguments a) {
    for (const FormatRow &row : kFormats)
        if (a[0].asString() == row.name)
            return Value::optional(Value::opaque(std::make_shared<const FormatObject>(row)));
    return Value::none();
}

template<size_t index>
Value constant(Arguments) {
    return Value::opaque(std::make_shared<const FormatObject>(kFormats[index]));
}

Value validate(Arguments a) {
    const Complaints complaints = static_cast<const FormatObject &>(a[0].asOpaque()).row.check(a[1].asString());
    if (complaints.empty())
        return Value::none();
    std::vector<Value> texts;
    for (const std::string &complaint : complaints)
        texts.push_back(Value::string(complaint));
    return Value::optional(Value::list(std::move(texts)));
}

template<size_t... indexes>
void addConstants(FunctionTable &table, std::index_sequence<indexes...>) {
    (table.add(fmt::format("format.{}", kFormats[indexes].name), fmt::format("format.{}", kFormats[indexes].name),
               "-> kubernetes.NamedFormat", constant<indexes>),
     ...);
}

} // namespace

void addFormatLibrary(FunctionTable &table) {
    addConstants(table, std::make_index_sequence<std::size(kFormats)>());
    table.add("format.named", "format-named", "string -> optional(kubernetes.NamedFormat)", named);
    table.add("validate", "format-validate", "kubernetes.NamedFormat.(string) -> optional(list(string))", validate,
              CostKind::Validate);
}

} // namespace coracle::cel
