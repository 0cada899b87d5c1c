#include "clusterd/appliance/registries.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/configuration.h"
#include "core/base/files.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;
using config::Registries;
using config::RegistryAccess;
using config::RegistryProblem;

namespace {

constexpr std::string_view kKind = "RegistriesChange";
constexpr size_t kFileBytesMax = 1u << 20;
constexpr std::string RegistryAccess::*kSecrets[] = {&RegistryAccess::password, &RegistryAccess::auth,
                                                     &RegistryAccess::identityToken};
constexpr std::string_view kNotOurs =
    "the container runtime is not ours and does not read this file; configure it there";

struct Stored {
    bool exists = false;
    Registries registries;
    std::vector<RegistryProblem> problems;
};

Stored readStored(const fs::path &file) {
    Stored stored;
    std::error_code error;
    stored.exists = fs::exists(file, error);
    if (!stored.exists)
        return stored;
    auto text = readFile(file, kFileBytesMax);
    if (!text)
        stored.problems.push_back({"", text.error().message, 0});
    else
        stored.registries = Registries::parse(*text, stored.problems);
    return stored;
}

json::object describe(const Registries &registries) {
    json::array mirrors, access;
    for (const auto &[name, mirror] : registries.mirrors) {
        json::object rewrites;
        for (const auto &[pattern, text] : mirror.rewrites)
            rewrites[pattern] = text;
        mirrors.push_back(json::object{
            {"registry", name}, {"endpoints", json::value_from(mirror.endpoints)}, {"rewrites", std::move(rewrites)}});
    }
    for (const auto &[name, config] : registries.configs) {
        json::object entry{{"registry", name},
                           {"hasPassword", !config.password.empty() || !config.auth.empty()},
                           {"hasToken", !config.identityToken.empty()},
                           {"insecureSkipVerify", config.insecureSkipVerify}};
        auto put = [&](std::string_view member, const std::string &text) {
            if (!text.empty())
                entry[member] = text;
        };
        put("username", config.username);
        put("caFile", config.caFile);
        put("certFile", config.certFile);
        put("keyFile", config.keyFile);
        access.push_back(std::move(entry));
    }
    return {{"mirrors", std::move(mirrors)}, {"access", std::move(access)}};
}

json::array warningsOf(const RegistryParts &parts, const Registries &registries) {
    json::array warnings;
    if (!parts.ours && (!registries.mirrors.empty() || !registries.configs.empty()))
        warnings.emplace_back(kNotOurs);
    for (const auto &[name, mirror] : registries.mirrors)
        if (!mirror.rewrites.empty())
            warnings.emplace_back(fmt::format("{}: containerd knows no rewrites; they have no effect", name));
    for (const auto &[name, access] : registries.configs)
        if (access.insecureSkipVerify)
            warnings.emplace_back(fmt::format("{}: whoever is on the way may put other images in their place", name));
    return warnings;
}

json::object describe(const RegistryParts &parts) {
    const Stored stored = readStored(parts.file);
    json::object made{
        {"file", parts.file.string()},
        {"exists", stored.exists},
        {"yaml", masked(stored.registries).yaml()},
        {"settings", describe(stored.registries)},
        {"warnings", warningsOf(parts, stored.registries)},
        {"restartNeeded", parts.ours && stored.problems.empty() && stored.registries.yaml() != parts.running}};
    if (!stored.problems.empty()) {
        const RegistryProblem &first = stored.problems.front();
        made["error"] = first.field.empty() ? first.message : fmt::format("{}: {}", first.field, first.message);
    }
    return made;
}

/// The form, as the file would be.
Registries fromForm(const json::object &form, BodyReader &body) {
    Registries made;
    BodyReader settings(form, "settings");
    const json::array *mirrors = settings.array("mirrors"), *access = settings.array("access");
    for (size_t i = 0; mirrors && i < mirrors->size(); ++i) {
        const json::object *given = (*mirrors)[i].if_object();
        BodyReader entry(given ? *given : json::object(), fmt::format("settings.mirrors[{}]", i));
        config::RegistryMirror &mirror = made.mirrors[entry.text("registry").value_or("")];
        mirror.endpoints = entry.texts("endpoints");
        if (const json::object *rewrites = entry.object("rewrites"))
            for (const auto &[pattern, text] : *rewrites)
                mirror.rewrites[pattern] = text.is_string() ? std::string(text.get_string()) : "";
        body.add(entry.causes());
    }
    for (size_t i = 0; access && i < access->size(); ++i) {
        const json::object *given = (*access)[i].if_object();
        BodyReader entry(given ? *given : json::object(), fmt::format("settings.access[{}]", i));
        RegistryAccess &config = made.configs[entry.text("registry").value_or("")];
        config.username = entry.text("username").value_or("");
        config.password = entry.text("password").value_or("");
        config.identityToken = entry.text("token").value_or("");
        config.caFile = entry.text("caFile").value_or("");
        config.certFile = entry.text("certFile").value_or("");
        config.keyFile = entry.text("keyFile").value_or("");
        config.insecureSkipVerify = entry.flag("insecureSkipVerify", false);
        (void)entry.has("hasPassword"); // what GET told may come back
        (void)entry.has("hasToken");
        body.add(entry.causes());
    }
    body.add(settings.causes());
    return made;
}

struct Change {
    Registries registries;
    std::vector<RegistryProblem> problems;
};

/// 400 and 422 are about the request; what is wrong with the registries is in the change.
Result<Change> parseChange(const http::Request &request, const fs::path &file) {
    TRY(BodyReader body, BodyReader::parse(request.body));
    Change change;
    const auto yaml = body.text("yaml", kFileBytesMax);
    const json::object *form = body.object("settings");
    if (yaml.has_value() == (form != nullptr))
        body.fail("yaml", "FieldValueRequired", "give either yaml or settings");
    const Registries stored = readStored(file).registries;
    if (yaml && !form) {
        change.registries = Registries::parse(*yaml, change.problems);
        unmask(change.registries, stored);
    } else if (form) {
        change.registries = fromForm(*form, body);
        unmask(change.registries, stored);
        change.registries.validate(change.problems);
    }
    CHECK(body.finish(kKind));
    return change;
}

json::object preview(const RegistryParts &parts, const Change &change) {
    json::array problems;
    for (const RegistryProblem &problem : change.problems) {
        json::object entry{{"field", problem.field}, {"message", problem.message}};
        if (problem.line > 0)
            entry["line"] = problem.line;
        problems.push_back(std::move(entry));
    }
    return {{"valid", change.problems.empty()},
            {"errors", std::move(problems)},
            {"warnings", warningsOf(parts, change.registries)},
            {"yaml", masked(change.registries).yaml()}};
}

Task<Result<Reply>> show(std::shared_ptr<const RegistryParts> parts) {
    co_return Reply::json(describe(*parts));
}

Task<Result<Reply>> validate(Call &call, std::shared_ptr<const RegistryParts> parts) {
    CO_TRY(const Change change, parseChange(call.request, parts->file));
    co_return Reply::json(preview(*parts, change));
}

Task<Result<Reply>> replace(Call &call, std::shared_ptr<const RegistryParts> parts) {
    CO_TRY(const Change change, parseChange(call.request, parts->file));
    if (!change.problems.empty()) {
        std::vector<StatusCause> causes;
        for (const RegistryProblem &problem : change.problems)
            causes.push_back({"FieldValueInvalid", problem.message, problem.field});
        co_return invalidRequest(kKind, std::move(causes));
    }
    CO_CHECK(makeFolder(parts->file.parent_path()));
    CO_CHECK(writeFileAtomic(parts->file, change.registries.yaml(), 0600)); // it holds secrets
    co_return Reply::json(describe(*parts));
}

} // namespace

Registries masked(Registries registries) {
    for (auto &[name, access] : registries.configs)
        for (const auto secret : kSecrets)
            if (!(access.*secret).empty())
                access.*secret = kMask;
    return registries;
}

void unmask(Registries &registries, const Registries &stored) {
    for (auto &[name, access] : registries.configs) {
        const auto before = stored.configs.find(name);
        if (before == stored.configs.end())
            continue;
        for (const auto secret : kSecrets)
            if (access.*secret == kMask)
                access.*secret = before->second.*secret;
        const bool sameUser = access.username == before->second.username;
        if (!access.username.empty() && access.password.empty() && sameUser)
            access.password = before->second.password;
    }
}

void noticeRegistries(const fs::path &file, std::vector<Notice> &notices) {
    const Stored stored = readStored(file);
    if (stored.problems.empty())
        return;
    const RegistryProblem &first = stored.problems.front();
    Notice notice{.reason = "RegistriesInvalid", .subject = file.string(), .severity = Severity::Warning};
    notice.message = fmt::format("{} is not valid: {}{}{}", file.string(), first.field, first.field.empty() ? "" : ": ",
                                 first.message);
    notice.mend = "mend the file; until then images come from their own registries";
    notice.parameters = {{"file", file.string()}, {"field", first.field}, {"detail", first.message}};
    notices.push_back(std::move(notice));
}

void addRegistryRoutes(Router &router, RegistryParts given) {
    auto parts = std::make_shared<const RegistryParts>(std::move(given));
    router.add("GET", "/registries", [parts](Call &) { return show(parts); });
    router.add("PUT", "/registries", [parts](Call &call) { return replace(call, parts); });
    router.add("POST", "/registries/validate", [parts](Call &call) { return validate(call, parts); });
}

} // namespace coracle::appliance
