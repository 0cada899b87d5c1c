#include "clusterd/apiserver/admission/plugins.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <functional>

namespace coracle::apiserver {

Task<Result<>> AdmissionChain::admit(AdmissionAttributes &attributes) {
    for (const std::unique_ptr<AdmissionPlugin> &plugin : m_plugins)
        if (plugin->handles(attributes.operation))
            CO_CHECK(co_await plugin->admit(attributes));
    co_return Result<>{};
}

Task<Result<>> AdmissionChain::validate(const AdmissionAttributes &attributes) {
    for (const std::unique_ptr<AdmissionPlugin> &plugin : m_plugins)
        if (plugin->handles(attributes.operation))
            CO_CHECK(co_await plugin->validate(attributes));
    co_return Result<>{};
}

Failure denied(const AdmissionAttributes &attributes, std::string message) {
    std::string name = attributes.name;
    if (name.empty() && attributes.object)
        name = textAt(*attributes.object, "metadata", "name").empty()
                   ? std::string(textAt(*attributes.object, "metadata", "generateName"))
                   : std::string(textAt(*attributes.object, "metadata", "name"));
    return errors::forbidden(attributes.resource.resource, attributes.resource.group, name, std::move(message));
}

static JsonObject parse(const api::Object &object) {
    boost::json::error_code error;
    JsonValue value = boost::json::parse(object.json(), error);
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

std::optional<JsonObject> readJson(const Reader &reader, std::string_view group, std::string_view resource,
                                   std::string_view namespaceName, std::string_view name) {
    const api::ResourceInfo *info = api::findResource(group, resource);
    const api::ObjectPtr object = info && !name.empty() ? reader.get(*info, namespaceName, name) : nullptr;
    return object ? std::optional(parse(*object)) : std::nullopt;
}

std::vector<JsonObject> listJson(const Reader &reader, std::string_view group, std::string_view resource,
                                 std::string_view namespaceName) {
    std::vector<JsonObject> objects;
    if (const api::ResourceInfo *info = api::findResource(group, resource))
        for (const api::ObjectPtr &object : reader.list(*info, namespaceName))
            objects.push_back(parse(*object));
    return objects;
}

std::optional<JsonObject> defaultObject(const Reader &reader, std::string_view group, std::string_view resource,
                                        std::string_view annotation) {
    std::optional<JsonObject> best;
    for (JsonObject &object : listJson(reader, group, resource, {})) {
        if (textAt(object, "metadata", "annotations", annotation) != "true")
            continue;
        const std::string_view made = textAt(object, "metadata", "creationTimestamp");
        if (!best || made > textAt(*best, "metadata", "creationTimestamp"))
            best = std::move(object); // the list is sorted by name: of two with one time the first stays
    }
    return best;
}

Result<std::unique_ptr<AdmissionChain>> makeAdmissionChain(const Reader &reader, const ClusterAuthorizer &authorizer,
                                                           Random &random, const AdmissionOptions &options) {
    enum class Standard { On, Off };
    struct Entry {
        std::string_view name;
        Standard standard;
        std::function<Plugin()> make;
    };
    const Entry entries[] = {
        {"NamespaceLifecycle", Standard::On, [&] { return makeNamespaceLifecycle(reader); }},
        {"NamespaceExists", Standard::Off, [&] { return makeNamespaceExists(reader); }},
        {"LimitRanger", Standard::On, [&] { return makeLimitRanger(reader); }},
        {"ServiceAccount", Standard::On, [&] { return makeServiceAccount(reader, random); }},
        {"NodeRestriction", Standard::On, [&] { return makeNodeRestriction(reader); }},
        {"TaintNodesByCondition", Standard::On, [] { return makeTaintNodesByCondition(); }},
        {"AlwaysPullImages", Standard::Off, [] { return makeAlwaysPullImages(); }},
        {"PodSecurity", Standard::On, [&] { return makePodSecurity(reader); }},
        {"Priority", Standard::On, [&] { return makePriority(reader); }},
        {"DefaultTolerationSeconds", Standard::On, [] { return makeDefaultTolerationSeconds(); }},
        {"DefaultStorageClass", Standard::On, [&] { return makeDefaultStorageClass(reader); }},
        {"StorageObjectInUseProtection", Standard::On, [] { return makeStorageObjectInUseProtection(); }},
        {"PersistentVolumeClaimResize", Standard::On, [&] { return makePersistentVolumeClaimResize(reader); }},
        {"RuntimeClass", Standard::On, [&] { return makeRuntimeClass(reader); }},
        {"CertificateApproval", Standard::On, [&] { return makeCertificateApproval(authorizer); }},
        {"CertificateSigning", Standard::On, [&] { return makeCertificateSigning(authorizer); }},
        {"CertificateSubjectRestriction", Standard::On, [] { return makeCertificateSubjectRestriction(); }},
        {"DefaultIngressClass", Standard::On, [&] { return makeDefaultIngressClass(reader); }},
        {"DenyServiceExternalIPs", Standard::Off, [] { return makeDenyServiceExternalIPs(); }},
        {"ResourceQuota", Standard::On, [&] { return makeResourceQuota(reader); }},
    };
    for (const std::vector<std::string> *names : {&options.enable, &options.disable})
        for (const std::string &name : *names)
            if (std::ranges::none_of(entries, [&](const Entry &entry) { return entry.name == name; }))
                return errors::other(fmt::format("there is no admission plug-in \"{}\"", name));
    auto has = [](const std::vector<std::string> &names, std::string_view name) {
        return std::ranges::find(names, name) != names.end();
    };
    auto chain = std::make_unique<AdmissionChain>();
    for (const Entry &entry : entries)
        if (!has(options.disable, entry.name) && (entry.standard == Standard::On || has(options.enable, entry.name)))
            chain->add(entry.make());
    chain->add(makeCertificateRequester());
    chain->add(makeRbacEscalation(authorizer));
    return chain;
}

} // namespace coracle::apiserver
