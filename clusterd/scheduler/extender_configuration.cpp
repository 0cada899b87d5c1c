#include "clusterd/scheduler/extender_configuration.h"

#include "core/api/json_writer.h"
#include "core/api/label_syntax.h"
#include "core/api/time.h"
#include "core/base/files.h"
#include "core/cel/url.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace coracle::scheduler {

namespace json = boost::json;

namespace {

constexpr size_t kPemBytesMax = 1u << 20;

Result<> readUrl(ExtenderConfiguration &extender, const std::string &path) {
    auto wrong = [&](std::string_view why) {
        return errors::other(fmt::format("{}.urlPrefix: Invalid value: \"{}\": {}", path, extender.urlPrefix, why));
    };
    const auto url = cel::Url::parse(extender.urlPrefix);
    if (!url)
        return wrong(url.error().message);
    const bool secure = url->scheme == "https";
    if ((!secure && url->scheme != "http") || url->hostname().empty())
        return wrong("http:// or https:// and a host are expected");
    extender.host = url->hostname();
    extender.port = secure ? 443 : 80;
    if (const std::string_view port = url->port(); !port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), extender.port);
        if (error != std::errc() || end != port.data() + port.size())
            return wrong("the port is not a number below 65536");
    }
    extender.path = url->escapedPath;
    while (extender.path.ends_with('/'))
        extender.path.pop_back();
    if (secure)
        extender.tls.emplace();
    return {};
}

/// One of the PEM texts of a tlsConfig: its data in base64 goes before its file.
Result<> readPem(StrictObject &object, const std::string &name, std::string &pem) {
    std::string data, file;
    object.text(name + "Data", data).text(name + "File", file);
    if (!data.empty()) {
        if (!api::json::decodeBase64(data, pem))
            return errors::other(fmt::format("{}: is not base64", object.pathOf(name + "Data")));
    } else if (!file.empty()) {
        auto text = readFile(file, kPemBytesMax);
        if (!text)
            return Failure(withContext(object.pathOf(name + "File"), text.error()));
        pem = std::move(*text);
    }
    return {};
}

Result<http::ClientTls> readTls(const json::value &value, const std::string &path) {
    http::ClientTls tls;
    StrictObject object(value, path);
    object.boolean("insecure", tls.insecureSkipVerify).text("serverName", tls.serverName);
    CHECK(readPem(object, "ca", tls.caPem));
    CHECK(readPem(object, "cert", tls.certificatePem));
    CHECK(readPem(object, "key", tls.privateKeyPem));
    CHECK(object.finish());
    if (tls.insecureSkipVerify && !tls.caPem.empty())
        return errors::other(fmt::format("{}: specifying a root certificates file with the insecure flag is not "
                                         "allowed",
                                         path));
    if (tls.certificatePem.empty() != tls.privateKeyPem.empty())
        return errors::other(fmt::format("{}: a certificate and its key are needed together", path));
    return tls;
}

/// The rule of k8s.io/component-helpers: not one of Kubernetes' own, and such that quotas can name it.
bool isExtendedResource(const std::string &name) {
    return name.find('/') != std::string::npos && name.find("kubernetes.io/") == std::string::npos &&
           !name.starts_with("requests.") && api::qualifiedNameErrors("requests." + name).empty();
}

Result<> readResource(const json::value &value, const std::string &path, ExtenderConfiguration &extender) {
    ExtenderConfiguration::Resource resource;
    StrictObject object(value, path);
    object.text("name", resource.name).boolean("ignoredByScheduler", resource.ignoredByScheduler);
    const auto wrong = api::qualifiedNameErrors(resource.name);
    if (!wrong.empty())
        object.fail("name", wrong.front());
    else if (!isExtendedResource(resource.name))
        object.fail("name", "is an invalid extended resource name");
    extender.managedResources.push_back(std::move(resource));
    return object.finish();
}

Result<ExtenderConfiguration> readExtender(const json::value &value, const std::string &path) {
    ExtenderConfiguration extender;
    bool https = false;
    std::string timeout;
    StrictObject object(value, path);
    object.text("urlPrefix", extender.urlPrefix)
        .text("filterVerb", extender.filterVerb)
        .text("preemptVerb", extender.preemptVerb)
        .text("prioritizeVerb", extender.prioritizeVerb)
        .text("bindVerb", extender.bindVerb)
        .integer("weight", extender.weight, INT32_MIN, INT32_MAX)
        .boolean("enableHTTPS", https)
        .text("httpTimeout", timeout)
        .boolean("nodeCacheCapable", extender.nodeCacheCapable)
        .boolean("ignorable", extender.ignorable)
        .list("managedResources",
              [&](const json::value &element, const std::string &at) { return readResource(element, at, extender); });
    if (!extender.prioritizeVerb.empty() && extender.weight <= 0)
        object.fail("weight", "must have a positive weight applied to it");
    if (!timeout.empty()) {
        const auto parsed = api::DurationText::parse(timeout);
        if (!parsed || parsed->value < Duration::zero())
            object.fail("httpTimeout", "must be a duration such as 5s");
        else if (parsed->value > Duration::zero())
            extender.timeout = parsed->value;
    }
    CHECK(readUrl(extender, path));
    TRY(http::ClientTls tls, readTls(object.raw("tlsConfig"), object.pathOf("tlsConfig")));
    CHECK(object.finish());
    // enableHTTPS without a CA asks for no proof of who answers.
    if (https && tls.caPem.empty())
        tls.insecureSkipVerify = true;
    if (extender.tls)
        extender.tls = std::move(tls);
    return extender;
}

} // namespace

Result<std::vector<ExtenderConfiguration>> readExtenders(StrictObject &configuration) {
    std::vector<ExtenderConfiguration> extenders;
    std::set<std::string> managed;
    configuration.list("extenders", [&](const json::value &element, const std::string &at) -> Result<> {
        TRY(auto extender, readExtender(element, at));
        for (size_t i = 0; i < extender.managedResources.size(); ++i)
            if (const std::string &name = extender.managedResources[i].name; !managed.insert(name).second)
                return errors::other(fmt::format("{}.managedResources[{}].name: Invalid value: \"{}\": duplicate "
                                                 "extender managed resource name",
                                                 at, i, name));
        extenders.push_back(std::move(extender));
        return {};
    });
    const auto binders = std::count_if(extenders.begin(), extenders.end(),
                                       [](const ExtenderConfiguration &each) { return !each.bindVerb.empty(); });
    if (binders > 1)
        return errors::other(fmt::format("extenders: Invalid value: \"found {} extenders implementing bind\": only one "
                                         "extender can implement bind",
                                         binders));
    return extenders;
}

} // namespace coracle::scheduler
