#include "core/config/kubeconfig.h"

#include "core/pki/encoding.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace coracle::config {

namespace {

template<class T>
const T *byName(const std::vector<T> &items, std::string_view name) {
    auto found = std::ranges::find(items, name, &T::name);
    return found == items.end() ? nullptr : &*found;
}

/// Reads the members of one YAML map; remembers the first that has the wrong form.
class MapReader {
public:
    explicit MapReader(YAML::Node node) : m_node(std::move(node)) {}

    std::string text(const char *key) const {
        const YAML::Node value = m_node.IsMap() ? m_node[key] : YAML::Node();
        return value.IsDefined() && value.IsScalar() ? value.Scalar() : std::string();
    }
    std::string decoded(const char *key) {
        const std::string encoded = text(key);
        auto bytes = pki::fromBase64(encoded);
        if (!bytes && m_error.empty())
            m_error = fmt::format("{} is not base64", key);
        return bytes.value_or(std::string());
    }
    MapReader map(const char *key) const { return MapReader(m_node.IsMap() ? m_node[key] : YAML::Node()); }
    YAML::Node node() const { return m_node; } ///< a handle, so that a loop may be over that of a temporary
    const std::string &error() const { return m_error; }

private:
    YAML::Node m_node;
    std::string m_error;
};

Result<Kubeconfig> read(const YAML::Node &document) {
    MapReader root(document);
    if (!document.IsMap() || root.text("kind") != "Config")
        return errors::other("not a kubeconfig: kind must be Config");
    Kubeconfig config{.currentContext = root.text("current-context")};
    for (const YAML::Node &item : root.map("clusters").node()) {
        MapReader named(item), cluster = named.map("cluster");
        config.clusters.push_back({.name = named.text("name"),
                                   .server = cluster.text("server"),
                                   .caPem = cluster.decoded("certificate-authority-data"),
                                   .caFile = cluster.text("certificate-authority"),
                                   .tlsServerName = cluster.text("tls-server-name"),
                                   .insecureSkipTlsVerify = cluster.text("insecure-skip-tls-verify") == "true"});
        if (!cluster.error().empty())
            return errors::other(fmt::format("cluster \"{}\": {}", named.text("name"), cluster.error()));
    }
    for (const YAML::Node &item : root.map("users").node()) {
        MapReader named(item), user = named.map("user");
        config.users.push_back({.name = named.text("name"),
                                .certificatePem = user.decoded("client-certificate-data"),
                                .certificateFile = user.text("client-certificate"),
                                .keyPem = user.decoded("client-key-data"),
                                .keyFile = user.text("client-key"),
                                .token = user.text("token"),
                                .tokenFile = user.text("tokenFile")});
        if (!user.error().empty())
            return errors::other(fmt::format("user \"{}\": {}", named.text("name"), user.error()));
    }
    for (const YAML::Node &item : root.map("contexts").node()) {
        MapReader named(item), context = named.map("context");
        config.contexts.push_back(
            {named.text("name"), context.text("cluster"), context.text("user"), context.text("namespace")});
    }
    return config;
}

/// Whether YAML takes the bare text for a string: "123", "yes" and "~" are none.
bool isPlain(const std::string &text) {
    static constexpr std::array<std::string_view, 8> kWords{"y", "n", "yes", "no", "on", "off", "true", "false"};
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto first = static_cast<unsigned char>(lower[0]);
    return (std::isalpha(first) || first == '/') && text.back() != ':' && lower != "null" &&
           std::ranges::find(kWords, lower) == kWords.end() && std::ranges::all_of(lower, [](unsigned char c) {
               return std::isalnum(c) || std::string_view("+/=._:@-").find(char(c)) != std::string_view::npos;
           });
}

class Writer {
public:
    void put(const char *key, const std::string &value) {
        if (value.empty())
            return;
        m_out << YAML::Key << key << YAML::Value;
        if (!isPlain(value))
            m_out << YAML::DoubleQuoted;
        m_out << value;
    }
    void putTrue(const char *key) { m_out << YAML::Key << key << YAML::Value << true; }
    void putEncoded(const char *key, const std::string &value) { put(key, value.empty() ? value : pki::base64(value)); }
    /// `key:` and a list of `{name, <kind>: {...}}`.
    template<class T, class Body>
    void putList(const char *key, const char *kind, const std::vector<T> &items, Body body) {
        m_out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
        for (const T &item : items) {
            m_out << YAML::BeginMap << YAML::Key << kind << YAML::Value << YAML::BeginMap;
            body(item);
            m_out << YAML::EndMap;
            put("name", item.name);
            m_out << YAML::EndMap;
        }
        m_out << YAML::EndSeq;
    }
    YAML::Emitter &out() { return m_out; }

private:
    YAML::Emitter m_out;
};

} // namespace

Result<Kubeconfig> Kubeconfig::parse(std::string_view yaml) {
    try {
        return read(YAML::Load(std::string(yaml)));
    } catch (const YAML::Exception &e) {
        return errors::other(fmt::format("not a kubeconfig: {}", e.what()));
    }
}

std::string Kubeconfig::text() const {
    Writer writer;
    writer.out() << YAML::BeginMap;
    writer.put("apiVersion", "v1");
    writer.putList("clusters", "cluster", clusters, [&](const Cluster &cluster) {
        writer.putEncoded("certificate-authority-data", cluster.caPem);
        writer.put("certificate-authority", cluster.caFile);
        if (cluster.insecureSkipTlsVerify)
            writer.putTrue("insecure-skip-tls-verify");
        writer.put("server", cluster.server);
        writer.put("tls-server-name", cluster.tlsServerName);
    });
    writer.putList("contexts", "context", contexts, [&](const Context &context) {
        writer.put("cluster", context.cluster);
        writer.put("namespace", context.namespaceName);
        writer.put("user", context.user);
    });
    writer.put("current-context", currentContext);
    writer.put("kind", "Config");
    writer.out() << YAML::Key << "preferences" << YAML::Value << YAML::BeginMap << YAML::EndMap;
    writer.putList("users", "user", users, [&](const User &user) {
        writer.putEncoded("client-certificate-data", user.certificatePem);
        writer.put("client-certificate", user.certificateFile);
        writer.putEncoded("client-key-data", user.keyPem);
        writer.put("client-key", user.keyFile);
        writer.put("token", user.token);
        writer.put("tokenFile", user.tokenFile);
    });
    writer.out() << YAML::EndMap;
    return std::string(writer.out().c_str()) + "\n";
}

const Kubeconfig::Cluster *Kubeconfig::cluster(std::string_view name) const {
    return byName(clusters, name);
}

const Kubeconfig::User *Kubeconfig::user(std::string_view name) const {
    return byName(users, name);
}

const Kubeconfig::Context *Kubeconfig::context(std::string_view name) const {
    return byName(contexts, name);
}

} // namespace coracle::config
