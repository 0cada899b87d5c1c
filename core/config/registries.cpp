#include "core/config/registries.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <yaml-cpp/yaml.h>

namespace coracle::config {

namespace {

struct AccessText {
    std::string_view section, key;
    std::string RegistryAccess::*member;
};
constexpr AccessText kAccessTexts[] = {
    {"auth", "username", &RegistryAccess::username},   {"auth", "password", &RegistryAccess::password},
    {"auth", "auth", &RegistryAccess::auth},           {"auth", "identity_token", &RegistryAccess::identityToken},
    {"auth", "token", &RegistryAccess::identityToken}, {"tls", "ca_file", &RegistryAccess::caFile},
    {"tls", "cert_file", &RegistryAccess::certFile},   {"tls", "key_file", &RegistryAccess::keyFile}};
constexpr std::string_view kSkipVerify = "insecure_skip_verify";

class Reader {
public:
    explicit Reader(std::vector<RegistryProblem> &problems) : m_problems(problems) {}

    Registries read(const YAML::Node &root);

private:
    using Entry = std::function<void(const std::string &key, const YAML::Node &value, const std::string &field)>;

    void fail(const YAML::Node &where, std::string field, std::string message) {
        m_problems.push_back(
            {std::move(field), std::move(message), where.Mark().is_null() ? 0 : where.Mark().line + 1});
    }
    void eachMember(const YAML::Node &map, const std::string &field, const Entry &entry);
    std::string scalar(const YAML::Node &node, const std::string &field);
    void readMirror(const YAML::Node &node, const std::string &field, RegistryMirror &mirror);
    void readAccess(const YAML::Node &node, const std::string &field, RegistryAccess &access);

    std::vector<RegistryProblem> &m_problems;
};

void Reader::eachMember(const YAML::Node &map, const std::string &field, const Entry &entry) {
    if (!map.IsDefined() || map.IsNull())
        return;
    if (!map.IsMap()) {
        fail(map, field, "must hold \"key: value\" lines");
        return;
    }
    for (const auto &member : map) {
        if (!member.first.IsScalar())
            fail(member.first, field, "a key must be a word");
        else
            entry(member.first.Scalar(), member.second,
                  field.empty() ? member.first.Scalar() : fmt::format("{}.{}", field, member.first.Scalar()));
    }
}

std::string Reader::scalar(const YAML::Node &node, const std::string &field) {
    if (node.IsScalar())
        return node.Scalar();
    if (node.IsDefined() && !node.IsNull())
        fail(node, field, "must be a text");
    return {};
}

void Reader::readMirror(const YAML::Node &node, const std::string &field, RegistryMirror &mirror) {
    eachMember(node, field, [&](const std::string &key, const YAML::Node &value, const std::string &at) {
        if (key == "endpoint" && value.IsSequence()) {
            for (size_t i = 0; i < value.size(); ++i)
                mirror.endpoints.push_back(scalar(value[i], fmt::format("{}[{}]", at, i)));
        } else if (key == "endpoint" && value.IsScalar()) {
            mirror.endpoints.push_back(value.Scalar());
        } else if (key == "endpoint" && !value.IsNull()) {
            fail(value, at, "must be a list of addresses");
        } else if (key == "rewrite") {
            eachMember(value, at, [&](const std::string &pattern, const YAML::Node &text, const std::string &inner) {
                mirror.rewrites[pattern] = scalar(text, inner);
            });
        } else if (key != "endpoint") {
            fail(value, at, "there is no such key; endpoint and rewrite are known");
        }
    });
}

void Reader::readAccess(const YAML::Node &node, const std::string &field, RegistryAccess &access) {
    eachMember(node, field, [&](const std::string &section, const YAML::Node &values, const std::string &at) {
        if (section != "auth" && section != "tls") {
            fail(values, at, "there is no such key; auth and tls are known");
            return;
        }
        eachMember(values, at, [&](const std::string &key, const YAML::Node &value, const std::string &inner) {
            const auto row = std::ranges::find_if(
                kAccessTexts, [&](const AccessText &known) { return known.section == section && known.key == key; });
            if (row != std::end(kAccessTexts)) {
                access.*row->member = scalar(value, inner);
            } else if (section == "tls" && key == kSkipVerify) {
                const std::string text = scalar(value, inner);
                access.insecureSkipVerify = text == "true";
                if (text != "true" && text != "false")
                    fail(value, inner, "must be true or false");
            } else {
                fail(value, inner, "there is no such key");
            }
        });
    });
}

Registries Reader::read(const YAML::Node &root) {
    Registries made;
    eachMember(root, "", [&](const std::string &section, const YAML::Node &node, const std::string &) {
        if (section != "mirrors" && section != "configs") {
            fail(node, section, "there is no such key; mirrors and configs are known");
            return;
        }
        eachMember(node, section, [&](const std::string &name, const YAML::Node &value, const std::string &field) {
            if (section == "mirrors")
                readMirror(value, field, made.mirrors[name]);
            else
                readAccess(value, field, made.configs[name]);
        });
    });
    return made;
}

/// "host", "host:port", "[::1]:5000" or "*".
bool isRegistry(std::string_view name) {
    return name == "*" || (!name.empty() && name.find_first_of("/ @\"\\") == name.npos && name.front() != ':');
}

bool isEndpoint(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (url.starts_with(scheme))
            return url.size() > scheme.size() && url[scheme.size()] != '/' && url.find_first_of(" \"\\@") == url.npos;
    return false;
}

std::string inQuotes(std::string_view text) {
    YAML::Emitter out;
    out << YAML::DoubleQuoted << std::string(text);
    return out.c_str();
}

} // namespace

Registries Registries::parse(std::string_view yaml, std::vector<RegistryProblem> &problems) {
    Registries made;
    try {
        made = Reader(problems).read(YAML::Load(std::string(yaml)));
    } catch (const YAML::Exception &e) {
        problems.push_back({"", e.msg, e.mark.is_null() ? 0 : e.mark.line + 1});
        return made;
    }
    made.validate(problems);
    return made;
}

void Registries::validate(std::vector<RegistryProblem> &problems) const {
    auto fail = [&](std::string field, std::string message) {
        problems.push_back({std::move(field), std::move(message), 0});
    };
    constexpr std::string_view kNotRegistry = "is no registry: write host or host:port, or \"*\" for all others";
    for (const auto &[name, mirror] : mirrors) {
        if (!isRegistry(name))
            fail("mirrors." + name, fmt::format("\"{}\" {}", name, kNotRegistry));
        for (size_t i = 0; i < mirror.endpoints.size(); ++i)
            if (!isEndpoint(mirror.endpoints[i]))
                fail(
                    fmt::format("mirrors.{}.endpoint[{}]", name, i),
                    fmt::format("\"{}\" must be an address that begins with https:// or http://", mirror.endpoints[i]));
        for (const auto &[pattern, replacement] : mirror.rewrites)
            if (pattern.empty() || replacement.empty())
                fail(fmt::format("mirrors.{}.rewrite", name), "neither the pattern nor what it becomes may be empty");
    }
    for (const auto &[name, access] : configs) {
        if (!isRegistry(name))
            fail("configs." + name, fmt::format("\"{}\" {}", name, kNotRegistry));
        if (access.certFile.empty() != access.keyFile.empty())
            fail(fmt::format("configs.{}.tls", name), "cert_file and key_file belong together");
        if (!access.username.empty() && access.password.empty())
            fail(fmt::format("configs.{}.auth.password", name), "is missing");
        for (const std::string &file : {access.caFile, access.certFile, access.keyFile})
            if (std::error_code error; !file.empty() && !std::filesystem::exists(file, error))
                fail(fmt::format("configs.{}.tls", name), fmt::format("there is no file {}", file));
    }
}

std::string Registries::yaml() const {
    std::string text = mirrors.empty() ? "" : "mirrors:\n";
    for (const auto &[name, mirror] : mirrors) {
        text += fmt::format("  {}:\n", inQuotes(name));
        if (!mirror.endpoints.empty())
            text += "    endpoint:\n";
        for (const std::string &endpoint : mirror.endpoints)
            text += fmt::format("      - {}\n", inQuotes(endpoint));
        if (!mirror.rewrites.empty())
            text += "    rewrite:\n";
        for (const auto &[pattern, replacement] : mirror.rewrites)
            text += fmt::format("      {}: {}\n", inQuotes(pattern), inQuotes(replacement));
    }
    text += configs.empty() ? "" : "configs:\n";
    for (const auto &[name, access] : configs) {
        text += fmt::format("  {}:\n", inQuotes(name));
        std::string_view section;
        for (const AccessText &row : kAccessTexts) {
            if ((access.*row.member).empty() || row.key == "token")
                continue;
            if (section != row.section)
                text += fmt::format("    {}:\n", row.section);
            section = row.section;
            text += fmt::format("      {}: {}\n", row.key, inQuotes(access.*row.member));
        }
        if (access.insecureSkipVerify)
            text += fmt::format("{}      {}: true\n", section == "tls" ? "" : "    tls:\n", kSkipVerify);
    }
    return text;
}

} // namespace coracle::config
