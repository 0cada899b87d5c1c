#include "clusterd/appliance/upgrades.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/digest.h"
#include "clusterd/appliance/file_handle.h"
#include "clusterd/appliance/operation_routes.h"
#include "core/api/json_access.h"
#include "core/api/time.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int64_t kDeadlineMs = 300000;
constexpr Duration kVersionTimeout = std::chrono::seconds(20);
constexpr std::string_view kResource = "upgrades";

} // namespace

bool Upgrades::staged(const OfferedVersion &offered) const {
    std::error_code error;
    return fs::is_regular_file(m_choice.programOf(offered.version), error);
}

/// The last upgrade as it was begun, and its end as far as it is still known.
std::optional<json::object> Upgrades::last() const {
    auto text = readFile(lastFile());
    boost::system::error_code error;
    json::value begun = text ? json::parse(*text, error) : json::value();
    if (!text || error || !begun.is_object())
        return std::nullopt;
    json::object last = begun.get_object();
    const auto id = api::json::text(api::json::member(&begun, "operationId"));
    const auto record = m_parts.trial.record();
    if (record && record->operationId == id) {
        last["state"] = record->state == TrialState::Failed ? "rolledBack" : trialStateName(record->state);
        last["message"] = record->message;
        last["at"] = api::Time(record->changedAt).text();
    } else { // something else was changed since, so it ended then
        const auto to = ReleaseVersion::parse(api::json::text(api::json::member(&begun, "to")));
        last["state"] = to && to == ReleaseVersion::parse(m_parts.version) ? "confirmed" : "rolledBack";
    }
    return last;
}

Task<Result<Reply>> Upgrades::list() {
    const fs::path &source = m_parts.data.folders.upgrades;
    const UpgradeOffer offer = readUpgradeSource(source);
    json::array items;
    for (const OfferedVersion &offered : offer.versions) {
        json::object item = offered.json();
        const std::string refusal = refusalOf(offered, m_parts.version, m_parts.kubernetesVersion);
        item["staged"] = staged(offered);
        item["allowed"] = refusal.empty();
        if (!refusal.empty())
            item["refusal"] = refusal;
        items.push_back(std::move(item));
    }
    json::object from{
        {"kind", offer.kind}, {"location", source.string()}, {"checkedAt", api::Time(m_parts.clock.now()).text()}};
    if (!offer.error.empty())
        from["error"] = offer.error;
    json::object made{{"current", m_parts.version},
                      {"kubernetesVersion", m_parts.kubernetesVersion},
                      {"source", std::move(from)},
                      {"items", std::move(items)}};
    if (auto ended = last())
        made["last"] = std::move(*ended);
    co_return Reply::json(made);
}

Task<Result<Reply>> Upgrades::start(Call &call) {
    const std::string version = call.parameter("version");
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    Options options{.backupFirst = body.flag("backupFirst", true), .stageOnly = body.flag("stageOnly", false)};
    options.deadline =
        std::chrono::milliseconds(body.integer("deadlineMs", kDeadlineLeastMs, kDeadlineMostMs, kDeadlineMs));
    CO_CHECK(body.finish("UpgradeRequest"));
    const UpgradeOffer offer = readUpgradeSource(m_parts.data.folders.upgrades);
    const auto offered = std::ranges::find(offer.versions, version, &OfferedVersion::version);
    if (offered == offer.versions.end())
        co_return errors::notFound(kResource, "", version);
    if (const auto refusal = refusalOf(*offered, m_parts.version, m_parts.kubernetesVersion); !refusal.empty())
        co_return errors::conflict(kResource, "", version, refusal);
    Operations::Work work = [this, chosen = *offered, options](std::shared_ptr<Operation> operation) {
        return run(std::move(operation), chosen, options);
    };
    CO_TRY(const OperationInfo begun, m_parts.operations.begin(OperationKind::Upgrade, version, std::move(work)));
    co_return accepted(begun);
}

/// A version is there only when it is whole, has the checksum that its description says, and runs here.
Task<Result<>> Upgrades::stage(std::shared_ptr<Operation> operation, OfferedVersion offered) {
    const fs::path part = m_choice.folder() / fmt::format(".{}.part", offered.version);
    const fs::path program = part / "clusterd", place = m_choice.programOf(offered.version);
    operation->enter("staging", 0, "copying the program");
    std::function<Result<>(const Ended &)> copy = [offered, part, program](const Ended &ended) -> Result<> {
        std::error_code error;
        fs::remove_all(part, error);
        CHECK(makeFolder(part, 0755));
        const uint64_t bytes = fs::file_size(offered.program, error);
        CHECK(checkRoom(part, error ? 0 : bytes));
        TRY(const std::string digest, copyFile(offered.program, program, 0755, ended));
        if (digest != offered.digest)
            return errors::other(fmt::format("{} is not what its description says: its SHA-256 is {}, but {} was "
                                             "expected; copy it again",
                                             offered.program.string(), digest, offered.digest));
        return syncTree(part);
    };
    CO_CHECK(co_await m_parts.worker.run(std::move(copy)));
    operation->enter("verifying", 0.2, "trying whether the program runs");
    std::vector<std::string> arguments{"--version"};
    CO_TRY(const std::string printed, co_await m_parts.data.runProgram(program, std::move(arguments), kVersionTimeout));
    if (printed.find(offered.version) == std::string::npos)
        co_return errors::other(fmt::format("the program says that it is \"{}\", and not version {}",
                                            printed.substr(0, printed.find('\n')), offered.version));
    std::function<Result<>(const Ended &)> put = [part, place](const Ended &) -> Result<> {
        std::error_code error;
        fs::remove_all(place.parent_path(), error);
        fs::rename(part, place.parent_path(), error);
        if (error)
            return errors::other(fmt::format("cannot make {}: {}", place.string(), error.message()));
        return syncFolder(place.parent_path().parent_path());
    };
    co_return co_await m_parts.worker.run(std::move(put));
}

Task<Result<json::object>> Upgrades::run(std::shared_ptr<Operation> operation, OfferedVersion offered,
                                         Options options) {
    json::object result{{"from", m_parts.version}, {"to", offered.version}};
    CO_CHECK(co_await stage(operation, offered));
    if (options.stageOnly)
        co_return result;
    if (options.backupFirst) {
        operation->enter("backingUp", 0.3, "copying the present state");
        CO_CHECK(
            co_await m_parts.backups.make(operation, "beforeUpgrade", "before version " + offered.version, 0.3, 0.6));
    }
    operation->enter("switching", 0.6, "choosing the new program");
    // What is gone back to: also when nothing was ever chosen.
    CO_CHECK(m_choice.choose({.program = m_parts.data.executable, .version = m_parts.version}));
    json::object begun = result;
    begun["operationId"] = operation->id();
    begun["message"] = "";
    begun["at"] = api::Time(m_parts.clock.now()).text();
    CO_CHECK(writeFileAtomic(lastFile(), json::serialize(begun), 0644));
    RestartRequest request{.kind = OperationKind::Upgrade,
                           .target = offered.version,
                           .deadline = options.deadline,
                           .files = {m_choice.file()},
                           .change =
                               [this, offered] {
                                   return m_choice.choose(
                                       {.program = m_choice.programOf(offered.version), .version = offered.version});
                               },
                           .result = std::move(result)};
    log::info("appliance", "upgrading from {} to {}", m_parts.version, offered.version);
    co_return co_await m_parts.restarter.goOn(operation, std::move(request));
}

Task<> Upgrades::tidy() {
    std::function<Result<>(const Ended &)> clean = [this](const Ended &) -> Result<> {
        const auto choice = m_choice.read();
        const auto runs = ReleaseVersion::parse(m_parts.version);
        std::error_code error;
        for (const auto &entry : fs::directory_iterator(m_choice.folder(), error)) {
            const std::string name = entry.path().filename().string();
            const auto version = ReleaseVersion::parse(name);
            const bool old = version && runs && *version < *runs && !(choice && choice->version == name);
            if (old || name.ends_with(".part"))
                fs::remove_all(entry.path(), error);
        }
        return {};
    };
    (void)co_await m_parts.worker.run(std::move(clean));
}

void Upgrades::addRoutes(Router &router) {
    router.add("GET", "/upgrades", [this](Call &) { return list(); });
    router.add("POST", "/upgrades/check", [this](Call &) { return list(); });
    router.add("POST", "/upgrades/{version}", [this](Call &call) { return start(call); });
}

} // namespace coracle::appliance
