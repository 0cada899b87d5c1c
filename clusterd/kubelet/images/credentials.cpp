#include "clusterd/kubelet/images/image_puller.h"

#include "core/api/json_writer.h"

#include <boost/json.hpp>
#include <regex>

namespace coracle::kubelet {

namespace {

namespace json = boost::json;

std::string member(const json::object &object, std::string_view name) {
    const auto *value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A key of "auths" without scheme and path decorations: "https://index.docker.io/v1/" is "docker.io".
std::string registryKey(std::string_view key) {
    if (size_t scheme = key.find("://"); scheme != std::string_view::npos)
        key.remove_prefix(scheme + 3);
    for (std::string_view suffix : {"/v1/", "/v2/", "/v1", "/v2", "/"})
        if (key.ends_with(suffix)) {
            key.remove_suffix(suffix.size());
            break;
        }
    if (key == "index.docker.io" || key == "registry-1.docker.io")
        return "docker.io";
    return std::string(key);
}

/// Whether a key covers the repository; "*" stands for one part of the host name.
bool covers(std::string_view key, std::string_view repository) {
    auto [keyHost, keyPath] = std::pair(key.substr(0, key.find('/')), key.substr(std::min(key.find('/'), key.size())));
    auto host = repository.substr(0, repository.find('/'));
    auto path = repository.substr(std::min(repository.find('/'), repository.size()));
    if (!keyPath.empty() && path != keyPath && !path.starts_with(std::string(keyPath) + "/"))
        return false;
    while (true) {
        auto keyPart = keyHost.substr(0, keyHost.find('.')), part = host.substr(0, host.find('.'));
        if (keyPart != "*" && keyPart != part)
            return false;
        bool keyEnds = keyPart.size() == keyHost.size(), ends = part.size() == host.size();
        if (keyEnds || ends)
            return keyEnds && ends;
        keyHost.remove_prefix(keyPart.size() + 1);
        host.remove_prefix(part.size() + 1);
    }
}

cri::RegistryAuth credential(const json::object &entry) {
    cri::RegistryAuth auth;
    auth.username = member(entry, "username");
    auth.password = member(entry, "password");
    auth.identityToken = member(entry, "identitytoken");
    auth.registryToken = member(entry, "registrytoken");
    std::string pair;
    if (!api::json::decodeBase64(member(entry, "auth"), pair))
        pair.clear();
    if (size_t colon = pair.find(':'); auth.username.empty() && colon != std::string::npos) {
        auth.username = pair.substr(0, colon);
        auth.password = pair.substr(colon + 1);
        auth.password.resize(auth.password.find_last_not_of('\0') + 1);
    }
    return auth;
}

} // namespace

std::string normalizeImage(std::string_view image) {
    std::string name(image);
    std::string digest;
    if (size_t at = name.find('@'); at != std::string::npos) {
        digest = name.substr(at);
        name.resize(at);
    }
    size_t slash = name.find('/');
    std::string first = name.substr(0, slash);
    if (slash == std::string::npos || (first.find_first_of(".:") == std::string::npos && first != "localhost"))
        name = slash == std::string::npos ? "docker.io/library/" + name : "docker.io/" + name;
    bool tagged = name.find(':', name.rfind('/')) != std::string::npos;
    return name + (digest.empty() && !tagged ? ":latest" : "") + digest;
}

bool isImageName(std::string_view image) {
    constexpr size_t kBytesMax = 600; // a name may have 255, a tag 128
    static const std::regex form(
        R"((([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*)"
        R"((:[0-9]+)?/|\[[0-9a-fA-F:]+\](:[0-9]+)?/)?)"
        R"([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)"
        R"((:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?)"
        R"((@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?)");
    return image.size() <= kBytesMax && std::regex_match(image.begin(), image.end(), form);
}

std::vector<cri::RegistryAuth> registryCredentials(const corev1::Pod &pod, const PodObjects &objects,
                                                   std::string_view image) {
    std::string repository = normalizeImage(image);
    repository.resize(std::min(repository.find('@'), repository.size()));
    if (size_t colon = repository.rfind(':'); colon != std::string::npos && colon > repository.rfind('/'))
        repository.resize(colon);
    std::multimap<size_t, cri::RegistryAuth, std::greater<>> matches; // longer keys fit better
    for (const auto &reference : pod.spec.imagePullSecrets) {
        auto secret = objects.secrets.find(reference.name);
        if (secret == objects.secrets.end() || !secret->second)
            continue;
        for (const char *name : {".dockerconfigjson", ".dockercfg"}) {
            auto data = secret->second->data.find(name);
            if (data == secret->second->data.end())
                continue;
            boost::system::error_code error;
            json::value document = json::parse(std::string_view(data->second), error);
            const auto *root = error ? nullptr : document.if_object();
            if (root && std::string_view(name) == ".dockerconfigjson") {
                const auto *auths = root->if_contains("auths");
                root = auths ? auths->if_object() : nullptr;
            }
            if (!root)
                continue;
            for (const auto &entry : *root) {
                std::string key = registryKey(std::string_view(entry.key()));
                if (entry.value().is_object() && covers(key, repository))
                    matches.emplace(key.size(), credential(entry.value().get_object()));
            }
        }
    }
    std::vector<cri::RegistryAuth> credentials;
    for (auto &[length, auth] : matches)
        credentials.push_back(std::move(auth));
    return credentials;
}

} // namespace coracle::kubelet
