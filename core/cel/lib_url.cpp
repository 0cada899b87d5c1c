#include "core/cel/functions.h"
#include "core/cel/url.h"

#include <map>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

struct UrlObject : Opaque {
    std::string text;
    Url url;

    UrlObject(std::string_view source, Url parts) : text(source), url(std::move(parts)) {}
    std::string_view typeName() const override { return "kubernetes.URL"; }
    bool equals(const Opaque &other) const override { return text == static_cast<const UrlObject &>(other).text; }
};

const Url &asUrl(const Value &value) {
    return static_cast<const UrlObject &>(value.asOpaque()).url;
}

Value toUrl(Arguments a) {
    auto url = Url::parse(a[0].asString());
    if (!url)
        return Value::error("URL parse error during conversion from string: " + url.error().message);
    return Value::opaque(std::make_shared<const UrlObject>(a[0].asString(), std::move(*url)));
}

Value isUrl(Arguments a) {
    return Value::boolean(Url::parse(a[0].asString()).has_value());
}

Value scheme(Arguments a) {
    return Value::string(asUrl(a[0]).scheme);
}

Value host(Arguments a) {
    return Value::string(asUrl(a[0]).host);
}

Value hostname(Arguments a) {
    return Value::string(std::string(asUrl(a[0]).hostname()));
}

Value port(Arguments a) {
    return Value::string(std::string(asUrl(a[0]).port()));
}

Value escapedPath(Arguments a) {
    return Value::string(asUrl(a[0]).escapedPath);
}

Value query(Arguments a) {
    std::map<std::string, std::vector<Value>> values;
    for (auto &[key, value] : asUrl(a[0]).queryPairs())
        values[key].push_back(Value::string(std::move(value)));
    std::vector<std::pair<Value, Value>> entries;
    for (auto &[key, list] : values)
        entries.emplace_back(Value::string(key), Value::list(std::move(list)));
    return Value::map(std::move(entries));
}

} // namespace

void addUrlLibrary(FunctionTable &table) {
    table.add("url", "string_to_url", "string -> kubernetes.URL", toUrl, CostKind::ReadText);
    table.add("isURL", "is_url_string", "string -> bool", isUrl);
    table.add("getScheme", "url_get_scheme", "kubernetes.URL.() -> string", scheme);
    table.add("getHost", "url_get_host", "kubernetes.URL.() -> string", host);
    table.add("getHostname", "url_get_hostname", "kubernetes.URL.() -> string", hostname);
    table.add("getPort", "url_get_port", "kubernetes.URL.() -> string", port);
    table.add("getEscapedPath", "url_get_escaped_path", "kubernetes.URL.() -> string", escapedPath);
    table.add("getQuery", "url_get_query", "kubernetes.URL.() -> map(string, list(string))", query);
}

} // namespace coracle::cel
