#include "clusterd/appliance/configuration_routes.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/operation_routes.h"
#include "core/base/files.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

constexpr std::string_view kChangeKind = "ConfigurationChange";
constexpr size_t kValueBytesMax = 64u << 10;

/// A value as text, as a flag would give it.
std::optional<std::string> scalarText(const json::value &value) {
    if (value.is_string() && value.get_string().size() <= kValueBytesMax)
        return std::string(value.get_string());
    if (value.is_bool())
        return value.get_bool() ? "true" : "false";
    if (value.is_int64() || value.is_uint64())
        return fmt::format("{}", value.to_number<int64_t>());
    return std::nullopt;
}

std::optional<std::vector<std::string>> valueTexts(const json::value &value) {
    std::vector<std::string> texts;
    if (auto single = scalarText(value)) {
        texts.push_back(std::move(*single));
        return texts;
    }
    if (!value.is_array())
        return std::nullopt;
    for (const json::value &item : value.get_array()) {
        auto text = scalarText(item);
        if (!text)
            return std::nullopt;
        texts.push_back(std::move(*text));
    }
    return texts;
}

struct ChangeRequest {
    OptionChanges changes;
    Timing timing;

    static Result<ChangeRequest> parse(const http::Request &request) {
        ChangeRequest made;
        TRY(BodyReader body, BodyReader::parse(request.body));
        made.timing = Timing::from(body);
        const json::object *changes = body.object("changes");
        if (!changes && !body.has("changes"))
            body.fail("changes", "FieldValueRequired", "name the options to change");
        for (const auto &[name, value] : changes ? *changes : json::object()) {
            if (value.is_null()) {
                made.changes[name];
                continue;
            }
            auto texts = valueTexts(value);
            if (!texts)
                body.fail("changes." + std::string(name), "FieldValueTypeInvalid",
                          "must be a text, a number, true, false, a list of them, or null");
            else
                made.changes[name].values = std::move(texts);
        }
        CHECK(body.finish(kChangeKind));
        return made;
    }
};

Task<Result<Reply>> show(const ConfigurationSource &source) {
    CO_TRY(const json::object described, describeConfiguration(source));
    co_return Reply::json(described);
}

Task<Result<Reply>> validate(Call &call, const ConfigurationSource &source) {
    CO_TRY(const ChangeRequest request, ChangeRequest::parse(call.request));
    co_return Reply::json(planChange(source, request.changes).json());
}

Task<Result<Reply>> change(Call &call, const ConfigurationSource &source, Restarter &restarter) {
    CO_TRY(const ChangeRequest request, ChangeRequest::parse(call.request));
    const ChangePlan plan = planChange(source, request.changes);
    co_return applyPlan(source, restarter, plan, request.timing, kChangeKind);
}

Task<Result<Reply>> restart(Call &call, Restarter &restarter) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    RestartRequest request;
    request.deadline =
        std::chrono::milliseconds(body.integer("deadlineMs", kDeadlineLeastMs, kDeadlineMostMs, kDeadlineDefaultMs));
    CO_CHECK(body.finish("RestartRequest"));
    CO_TRY(const auto operation, restarter.apply(std::move(request)));
    co_return accepted(*operation);
}

} // namespace

Timing Timing::from(BodyReader &body) {
    return {.now = body.flag("restart", true),
            .deadline = std::chrono::milliseconds(
                body.integer("deadlineMs", kDeadlineLeastMs, kDeadlineMostMs, kDeadlineDefaultMs))};
}

Result<Reply> applyPlan(const ConfigurationSource &source, Restarter &restarter, const ChangePlan &plan, Timing timing,
                        std::string_view kind) {
    if (!plan.valid())
        return invalidRequest(kind, plan.errors);
    json::object result{{"preview", plan.json()}};
    if (!plan.changesFile)
        return Reply::json(result);
    const std::filesystem::path file = source.managedFile();
    RestartRequest request{.deadline = timing.deadline,
                           .files = {file},
                           .change = [&]() -> Result<> {
                               CHECK(makeFolder(file.parent_path()));
                               return writeFileAtomic(file, plan.file, 0600); // it may hold secrets
                           },
                           .now = timing.now};
    TRY(const auto operation, restarter.apply(std::move(request)));
    if (operation)
        result["operation"] = operation->json();
    return Reply::json(result, operation ? 202 : 200);
}

void addConfigurationRoutes(Router &router, const ConfigurationSource &source, Restarter &restarter) {
    router.add("GET", "/configuration", [&source](Call &) { return show(source); });
    router.add("PATCH", "/configuration",
               [&source, &restarter](Call &call) { return change(call, source, restarter); });
    router.add("POST", "/configuration/validate", [&source](Call &call) { return validate(call, source); });
    router.add("POST", "/restart", [&restarter](Call &call) { return restart(call, restarter); });
}

} // namespace coracle::appliance
