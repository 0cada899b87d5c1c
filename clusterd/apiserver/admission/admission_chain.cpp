#include "clusterd/apiserver/admission/plugins.h"
#include "core/config/nearest.h"

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

void AdmissionChain::connect(client::Client &client) {
    for (const std::unique_ptr<AdmissionPlugin> &plugin : m_plugins)
        plugin->connect(client);
}

std::vector<std::string_view> AdmissionChain::names() const {
    std::vector<std::string_view> names;
    for (const std::unique_ptr<AdmissionPlugin> &plugin : m_plugins)
        names.push_back(plugin->name());
    return names;
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
    const api::ResourceInfo *info = api::findResource(group, resource);
    return info ? listJson(reader, *info, namespaceName) : std::vector<JsonObject>();
}

std::vector<JsonObject> listJson(const Reader &reader, const api::ResourceInfo &resource,
                                 std::string_view namespaceName) {
    std::vector<JsonObject> objects;
    for (const api::ObjectPtr &object : reader.list(resource, namespaceName))
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

static Result<> checkName(std::string_view argument, std::string_view name, std::span<const std::string_view> known) {
    if (std::ranges::find(known, name) != known.end())
        return {};
    const std::string_view nearest = config::nearestName(name, known);
    return errors::other(fmt::format("{} plugin \"{}\" is unknown{}", argument, name,
                                     nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest)));
}

namespace {

/// Later: known, but this version does without; Missing: who asks for it would be deceived.
enum class Standard { On, Off, Later, Missing };

struct Entry {
    std::string_view name;
    Standard standard;
    std::function<Plugin()> make = {};
};

/// All plug-ins of kube-apiserver in their order. What is referred to outlives the entries.
std::vector<Entry> allPlugins(const Reader &reader, const ClusterAuthorizer &authorizer, Random &random,
                              const AdmissionOptions &options) {
    return {
        {"AlwaysAdmit", Standard::Off, [] { return makeAlwaysAdmit(); }},
        {"NamespaceAutoProvision", Standard::Missing},
        {"NamespaceLifecycle", Standard::On, [&] { return makeNamespaceLifecycle(reader); }},
        {"NamespaceExists", Standard::Off, [&] { return makeNamespaceExists(reader); }},
        {"LimitPodHardAntiAffinityTopology", Standard::Off, [] { return makeLimitPodHardAntiAffinityTopology(); }},
        {"LimitRanger", Standard::On, [&] { return makeLimitRanger(reader); }},
        {"ServiceAccount", Standard::On, [&] { return makeServiceAccount(reader, random); }},
        {"NodeRestriction", Standard::On, [&] { return makeNodeRestriction(reader); }},
        {"TaintNodesByCondition", Standard::On, [] { return makeTaintNodesByCondition(); }},
        {"AlwaysPullImages", Standard::Off, [] { return makeAlwaysPullImages(); }},
        {"ImagePolicyWebhook", Standard::Missing},
        {"PodSecurity", Standard::On, [&] { return makePodSecurity(reader, options.podSecurity); }},
        {"PodNodeSelector", Standard::Off, [&] { return makePodNodeSelector(reader); }},
        {"Priority", Standard::On, [&] { return makePriority(reader); }},
        {"DefaultTolerationSeconds", Standard::On,
         [&] {
             return makeDefaultTolerationSeconds(options.notReadyTolerationSeconds,
                                                 options.unreachableTolerationSeconds);
         }},
        {"PodTolerationRestriction", Standard::Missing},
        {"EventRateLimit", Standard::Missing},
        {"ExtendedResourceToleration", Standard::Off, [] { return makeExtendedResourceToleration(); }},
        {"DefaultStorageClass", Standard::On, [&] { return makeDefaultStorageClass(reader); }},
        {"StorageObjectInUseProtection", Standard::On, [] { return makeStorageObjectInUseProtection(); }},
        {"PodGroupProtection", Standard::Later},
        {"OwnerReferencesPermissionEnforcement", Standard::Off,
         [&] { return makeOwnerReferencesPermissionEnforcement(authorizer); }},
        {"PersistentVolumeClaimResize", Standard::On, [&] { return makePersistentVolumeClaimResize(reader); }},
        {"RuntimeClass", Standard::On, [&] { return makeRuntimeClass(reader); }},
        {"CertificateApproval", Standard::On, [&] { return makeCertificateApproval(authorizer); }},
        {"CertificateSigning", Standard::On, [&] { return makeCertificateSigning(authorizer); }},
        {"ClusterTrustBundleAttest", Standard::On, [&] { return makeClusterTrustBundleAttest(authorizer); }},
        {"CertificateSubjectRestriction", Standard::On, [] { return makeCertificateSubjectRestriction(); }},
        {"DefaultIngressClass", Standard::On, [&] { return makeDefaultIngressClass(reader); }},
        {"DenyServiceExternalIPs", Standard::Off, [] { return makeDenyServiceExternalIPs(); }},
        {"PodTopologyLabels", Standard::On, [&] { return makePodTopologyLabels(reader); }},
        {"PodGroupWorkloadExists", Standard::Later},
        {"NodeDeclaredFeatureValidator", Standard::Later},
        {"JobValidation", Standard::Later},
        {"PodResizeValidator", Standard::Later},
        {"MutatingAdmissionPolicy", Standard::Later},
        {"MutatingAdmissionWebhook", Standard::Later},
        {"ValidatingAdmissionPolicy", Standard::Later},
        {"ValidatingAdmissionWebhook", Standard::Later},
        {"ResourceQuota", Standard::On, [&] { return makeResourceQuota(reader); }},
        {"AlwaysDeny", Standard::Off, [] { return makeAlwaysDeny(); }},
    };
}

} // namespace

Result<std::unique_ptr<AdmissionChain>> makeAdmissionChain(const Reader &reader, const ClusterAuthorizer &authorizer,
                                                           Random &random, const AdmissionOptions &options) {
    const std::vector<Entry> entries = allPlugins(reader, authorizer, random, options);
    std::vector<std::string_view> known;
    for (const Entry &entry : entries)
        known.push_back(entry.name);
    const std::pair<std::string_view, const std::vector<std::string> *> lists[] = {
        {"enable-admission-plugins", &options.enable}, {"disable-admission-plugins", &options.disable}};
    for (const auto &[argument, names] : lists)
        for (const std::string &name : *names)
            CHECK(checkName(argument, name, known));
    auto has = [](const std::vector<std::string> &names, std::string_view name) {
        return std::ranges::find(names, name) != names.end();
    };
    auto chain = std::make_unique<AdmissionChain>();
    for (const Entry &entry : entries) {
        const bool enabled = has(options.enable, entry.name), disabled = has(options.disable, entry.name);
        if (enabled && disabled)
            return errors::other(fmt::format("[{}] in enable-admission-plugins and disable-admission-plugins "
                                             "overlapped",
                                             entry.name));
        if (enabled && entry.standard == Standard::Missing)
            return errors::other(
                fmt::format("enable-admission-plugins plugin \"{}\" is not in this version; leave it out", entry.name));
        if (entry.make && !disabled && (entry.standard == Standard::On || enabled))
            chain->add(entry.make());
    }
    chain->add(makeCertificateRequester());
    chain->add(makeRbacEscalation(authorizer));
    return chain;
}

} // namespace coracle::apiserver
