#include "clusterd/appliance/trial.h"

#include "core/api/json_access.h"
#include "core/api/time.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fmt/format.h>
#include <sys/stat.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view kStates[] = {"changing", "armed", "trying", "confirmed", "rolledBack", "failed"};

json::object toJson(const TrialRecord &record) {
    json::array files;
    for (const SavedFile &file : record.files) {
        json::object entry{{"path", file.path.string()}, {"mode", file.mode}};
        if (file.content)
            entry["content"] = *file.content;
        files.push_back(std::move(entry));
    }
    return {{"operationId", record.operationId},
            {"kind", operationKindName(record.kind)},
            {"state", kStates[static_cast<size_t>(record.state)]},
            {"files", std::move(files)},
            {"deadlineMs", record.deadline.count()},
            {"result", record.result},
            {"message", record.message},
            {"startedAt", api::MicroTime(record.startedAt).text()},
            {"changedAt", api::MicroTime(record.changedAt).text()}};
}

WallTime timeOf(const json::value *text) {
    return api::MicroTime::parse(api::json::text(text)).value_or(api::MicroTime()).valueOr(WallTime());
}

std::optional<TrialRecord> fromJson(const json::value &value) {
    using namespace api::json;
    const auto state = std::ranges::find(kStates, text(member(&value, "state")));
    const auto kind = findOperationKind(text(member(&value, "kind")));
    if (state == std::end(kStates) || !kind)
        return std::nullopt;
    TrialRecord record{.operationId = std::string(text(member(&value, "operationId"))),
                       .kind = *kind,
                       .state = static_cast<TrialState>(state - std::begin(kStates)),
                       .deadline = std::chrono::milliseconds(integer(member(&value, "deadlineMs"), 120000)),
                       .result = members(member(&value, "result")),
                       .message = std::string(text(member(&value, "message"))),
                       .startedAt = timeOf(member(&value, "startedAt")),
                       .changedAt = timeOf(member(&value, "changedAt"))};
    for (const json::value &entry : items(member(&value, "files"))) {
        SavedFile file{.path = std::string(text(member(&entry, "path"))),
                       .mode = static_cast<unsigned>(integer(member(&entry, "mode"), 0600))};
        if (const json::value *content = member(&entry, "content"))
            file.content = std::string(text(content));
        record.files.push_back(std::move(file));
    }
    return record;
}

bool isOver(TrialState state) {
    return state > TrialState::Trying;
}

} // namespace

std::string_view trialStateName(TrialState state) {
    return isOver(state) ? kStates[static_cast<size_t>(state)] : "pending";
}

Result<SavedFile> SavedFile::of(const fs::path &path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return SavedFile{.path = path};
    TRY(std::string content, readFile(path));
    return SavedFile{.path = path, .content = std::move(content), .mode = info.st_mode & 07777};
}

Result<> SavedFile::restore() const {
    if (content)
        return writeFileAtomic(path, *content, mode);
    std::error_code error;
    fs::remove(path, error);
    if (error)
        return errors::other(fmt::format("cannot remove {}: {}", path.string(), error.message()));
    return {};
}

Trial::Trial(fs::path file, Clock &clock) : m_file(std::move(file)), m_clock(clock) {
    read();
}

void Trial::read() {
    std::error_code missing;
    if (!fs::exists(m_file, missing))
        return;
    auto text = readFile(m_file);
    boost::system::error_code error;
    json::parse_options options;
    options.allow_invalid_utf8 = true; // of the files that it keeps
    const json::value value = text ? json::parse(*text, error, {}, options) : json::value();
    if (text && !error)
        m_record = fromJson(value);
    if (!m_record)
        log::warning("appliance", "{} cannot be read and is left out", m_file.string());
}

/// With the mutex held.
Result<> Trial::write(TrialRecord record) {
    record.changedAt = m_clock.now();
    CHECK(makeFolder(m_file.parent_path(), 0700));
    CHECK(writeFileAtomic(m_file, json::serialize(toJson(record)), 0600));
    m_record = std::move(record);
    return {};
}

/// With the mutex held. The files come first: killed in between, it is done once more.
void Trial::rollBack(std::string why) {
    TrialRecord record = *m_record;
    for (const SavedFile &file : record.files)
        if (auto restored = file.restore(); !restored)
            log::error("appliance", "cannot go back: {}", restored.error().message);
    record.state = record.files.empty() ? TrialState::Failed : TrialState::RolledBack;
    record.files.clear();
    record.message = std::move(why);
    log::warning("appliance", "the last change {}: {}",
                 record.state == TrialState::RolledBack ? "was taken back" : "did not go well", record.message);
    if (auto written = write(std::move(record)); !written)
        log::error("appliance", "{}", written.error().message);
}

void Trial::begin() {
    std::lock_guard lock(m_mutex);
    if (!m_record || isOver(m_record->state))
        return;
    if (m_record->state != TrialState::Armed) {
        rollBack(m_record->state == TrialState::Trying ? "the daemon ended before it was ready"
                                                       : "the daemon ended before the change was made");
        return;
    }
    TrialRecord record = *m_record;
    record.state = TrialState::Trying;
    if (auto written = write(std::move(record)); !written)
        rollBack(written.error().message);
}

bool Trial::trying() const {
    std::lock_guard lock(m_mutex);
    return m_record && m_record->state == TrialState::Trying;
}

std::optional<TrialRecord> Trial::record() const {
    std::lock_guard lock(m_mutex);
    return m_record;
}

Result<> Trial::arm(TrialRecord record, const std::function<Result<>()> &change) {
    std::lock_guard lock(m_mutex);
    if (m_record && m_record->state == TrialState::Trying)
        return errors::conflict("operations", "", m_record->operationId,
                                "the last change is still on trial; wait until the daemon is ready");
    if (m_record && m_record->state == TrialState::Armed)
        for (const SavedFile &older : m_record->files) {
            std::erase_if(record.files, [&](const SavedFile &file) { return file.path == older.path; });
            record.files.push_back(older);
        }
    if (!change) {
        record.state = TrialState::Armed;
        return write(std::move(record));
    }
    const auto before = m_record;
    record.state = TrialState::Changing;
    CHECK(write(record));
    auto changed = change();
    record.state = TrialState::Armed;
    if (changed)
        changed = write(std::move(record));
    if (!changed)
        forget(before);
    return changed;
}

/// With the mutex held: what was to be changed was not.
void Trial::forget(std::optional<TrialRecord> before) {
    std::error_code error;
    if (before)
        (void)write(std::move(*before));
    else
        fs::remove(m_file, error);
    if (!before && !error)
        m_record.reset();
}

Result<> Trial::confirm() {
    std::lock_guard lock(m_mutex);
    if (!m_record || m_record->state != TrialState::Trying)
        return {};
    TrialRecord record = *m_record;
    record.state = TrialState::Confirmed;
    record.files.clear();
    return write(std::move(record));
}

bool Trial::fail(const std::string &why) {
    std::lock_guard lock(m_mutex);
    if (!m_record || m_record->state != TrialState::Trying)
        return false;
    rollBack(why);
    return m_record->state == TrialState::RolledBack;
}

TrialTimer::TrialTimer(Trial &trial, std::function<void()> startAgain) {
    if (!trial.trying())
        return;
    sigset_t all, before; // signals are for the thread that waits for them
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread([this, &trial, startAgain = std::move(startAgain), most = trial.record()->deadline] {
        std::unique_lock lock(m_mutex);
        if (m_ended.wait_for(lock, most, [this] { return m_end; }))
            return;
        if (trial.fail(fmt::format("the daemon was not ready within {} s", most.count() / 1000)))
            startAgain();
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TrialTimer::~TrialTimer() {
    {
        std::lock_guard lock(m_mutex);
        m_end = true;
    }
    m_ended.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

} // namespace coracle::appliance
