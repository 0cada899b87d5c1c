#include "clusterd/appliance/redactor.h"

#include "core/api/json_access.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/base/files.h"
#include "core/pki/encoding.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <re2/re2.h>
#include <set>
#include <sstream>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr size_t kLeast = 6; ///< what is shorter would take ordinary words away
constexpr size_t kFileMax = 1u << 20;

/// Private keys, JSON web tokens, tokens of the cluster, "password: x" in lines of logs.
const re2::RE2 &patterns() {
    static const re2::RE2 all(R"((-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----)"
                              R"(|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)"
                              R"(|K10[0-9a-f]{64}::[A-Za-z0-9_.:-]+)"
                              R"(|\b[a-z0-9]{6}\.[a-z0-9]{16}\b)"
                              R"(|(?i:authorization: *(?:bearer|basic) +)[^\s"]+))");
    return all;
}

void maskEnvironment(json::value &containers) {
    if (!containers.is_array())
        return;
    for (json::value &container : containers.get_array()) {
        json::value *environment = container.is_object() ? container.get_object().if_contains("env") : nullptr;
        if (!environment || !environment->is_array())
            continue;
        for (json::value &variable : environment->get_array())
            if (variable.is_object() && variable.get_object().contains("value"))
                variable.get_object()["value"] = Redactor::kMask;
    }
}

/// Wherever a pod's specification stands: in the pod, in a template.
void mask(json::value &value) {
    if (value.is_array())
        for (json::value &item : value.get_array())
            mask(item);
    if (!value.is_object())
        return;
    json::object &members = value.get_object();
    for (const char *containers : {"containers", "initContainers", "ephemeralContainers"})
        if (json::value *found = members.if_contains(containers))
            maskEnvironment(*found);
    for (auto &member : members)
        mask(member.value());
}

void maskMetadata(json::object &object) {
    json::value *metadata = object.if_contains("metadata");
    if (!metadata || !metadata->is_object())
        return;
    metadata->get_object().erase("managedFields");
    json::value *annotations = metadata->get_object().if_contains("annotations");
    if (annotations && annotations->is_object())
        annotations->get_object().erase("kubectl.kubernetes.io/last-applied-configuration");
}

} // namespace

Redactor::Redactor(std::vector<std::string> secrets) {
    for (std::string &secret : secrets)
        add(std::move(secret));
}

Redactor::Redactor(const apiserver::Reader &reader, const std::vector<fs::path> &files) {
    std::set<std::string, std::less<>> names; // which stand in some Secrets, and in everything else too
    for (const api::ObjectPtr &object : reader.list(corev1::Namespace::resource(), ""))
        names.emplace(object->name());
    for (const api::ObjectPtr &object : reader.list(corev1::Secret::resource(), ""))
        if (const auto secret = api::decode<corev1::Secret>(*object))
            for (const auto &[key, value] : secret->data)
                if (!names.contains(value))
                    add(value);
    for (const fs::path &file : files) {
        std::istringstream lines(readFile(file, kFileMax).value_or(""));
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("-----"))
                add(std::move(line));
    }
}

/// With the forms in which it may stand: in base64, as JSON writes it, and the lines of longer ones.
void Redactor::add(std::string secret) {
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
        secret.pop_back();
    if (secret.size() < kLeast)
        return;
    const std::string quoted = json::serialize(json::value(secret));
    for (std::string form :
         {secret, pki::base64(secret), pki::base64(secret + "\n"), quoted.substr(1, quoted.size() - 2)})
        if (std::ranges::find(m_secrets, form) == m_secrets.end())
            m_secrets.push_back(std::move(form));
    std::ranges::sort(m_secrets, std::ranges::greater(), &std::string::size);
}

std::string Redactor::text(std::string_view given) const {
    std::string plain(given);
    for (const std::string &secret : m_secrets)
        for (size_t at = plain.find(secret); at != std::string::npos; at = plain.find(secret, at + kMask.size()))
            plain.replace(at, secret.size(), kMask);
    re2::RE2::GlobalReplace(&plain, patterns(), re2::StringPiece(kMask.data(), kMask.size()));
    return plain;
}

std::string Redactor::object(const api::Object &object) const {
    boost::system::error_code error;
    json::value value = json::parse(object.json(), error);
    if (error || !value.is_object())
        return {};
    json::object &members = value.get_object();
    maskMetadata(members);
    mask(value);
    if (api::json::text(members.if_contains("kind")) == "Secret")
        for (const char *content : {"data", "stringData"})
            members.erase(content);
    return text(json::serialize(value));
}

} // namespace coracle::appliance
