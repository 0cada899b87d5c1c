#include "clusterd/appliance/backups.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/digest.h"
#include "clusterd/appliance/file_handle.h"
#include "clusterd/appliance/file_reply.h"
#include "clusterd/appliance/operation_routes.h"
#include "clusterd/appliance/upgrade_source.h"
#include "clusterd/datastore/snapshot.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view kResource = "backups";
constexpr size_t kDescriptionMax = 256;
constexpr int64_t kRestoreDeadlineMs = 300000;
/// What the cluster may write until it stops: revisions after a restore are beyond it.
constexpr datastore::Revision kRevisionsAhead = 10000;

std::function<void(double)> progressOf(std::shared_ptr<Operation> operation, std::string message, double from,
                                       double to) {
    return [operation = std::move(operation), message = std::move(message), from, to](double share) {
        operation->report(from + (to - from) * share, message);
    };
}

} // namespace

Task<Result<BackupInfo>> Backups::make(std::shared_ptr<Operation> operation, std::string origin,
                                       std::string description, double progressFrom, double progressTo) {
    const DataFolders &folders = m_parts.data.folders;
    auto size = co_await m_parts.data.backend.size();
    const uint64_t bytes = size ? static_cast<uint64_t>(size->bytes) : 0;
    CO_CHECK(makeFolder(files(), 0700));
    CO_CHECK(checkRoom(files(), 2 * bytes)); // the copy, and at worst as much once more as an archive
    BackupInfo info{.name = freeFileName(files(), m_parts.clock.now(), kBackupEnding),
                    .createdAt = m_parts.clock.now(),
                    .version = m_parts.version,
                    .kubernetesVersion = m_parts.kubernetesVersion,
                    .nodeName = m_parts.nodeName,
                    .origin = std::move(origin),
                    .description = std::move(description)};
    std::function<Result<BackupInfo>(const Ended &)> write =
        [folders, info,
         progress = progressOf(operation, "copying the datastore", progressFrom, progressTo)](const Ended &ended) {
            return writeBackup({.server = folders.server(), .database = folders.database}, folders.backups, info,
                               progress, ended);
        };
    CO_TRY(BackupInfo made, co_await m_parts.worker.run(std::move(write)));
    log::info("appliance", "made back-up {} of revision {}", made.name, made.revision);
    for (const BackupInfo &old : superfluous())
        (void)removeFile(old.name);
    co_return made;
}

std::vector<BackupInfo> Backups::superfluous() const {
    std::vector<BackupInfo> old;
    size_t kept = 0;
    for (const fs::path &file : listFiles(files(), kBackupEnding))
        if (BackupInfo info = readBackup(file); info.automatic() && kept++ >= m_parts.data.automaticBackups)
            old.insert(old.begin(), std::move(info));
    return old;
}

Result<> Backups::removeFile(const std::string &name) {
    TRY(const fs::path file, findFile(kResource, files(), name, kBackupEnding));
    std::error_code error;
    fs::remove(file, error);
    if (error)
        return errors::other(fmt::format("cannot remove {}: {}", file.string(), error.message()));
    log::info("appliance", "removed back-up {}", name);
    return {};
}

Task<> Backups::tidy() {
    std::function<Result<>(const Ended &)> clean = [this](const Ended &) -> Result<> {
        std::error_code error;
        for (const auto &entry : fs::directory_iterator(files(), error))
            if (entry.path().extension() == ".work")
                fs::remove_all(entry.path(), error);
        return m_restoring ? Result<>() : m_folder.dropOther();
    };
    auto cleaned = co_await m_parts.worker.run(std::move(clean));
    if (!cleaned)
        log::warning("appliance", "{}", cleaned.error().message);
}

Task<Result<Reply>> Backups::list() {
    json::array items;
    for (const fs::path &file : listFiles(files(), kBackupEnding))
        items.push_back(readBackup(file).json());
    co_return Reply::json(json::object{{"items", std::move(items)}, {"folder", files().string()}});
}

Task<Result<Reply>> Backups::get(Call &call) {
    CO_TRY(const fs::path file, findFile(kResource, files(), call.parameter("name"), kBackupEnding));
    co_return Reply::json(readBackup(file).json());
}

Task<Result<Reply>> Backups::remove(Call &call) {
    CO_CHECK(removeFile(call.parameter("name")));
    co_return Reply::nothing();
}

Task<Result<Reply>> Backups::download(Call &call) {
    CO_TRY(fs::path file, findFile(kResource, files(), call.parameter("name"), kBackupEnding));
    co_return co_await sendFile(call, std::move(file), "application/octet-stream");
}

Task<Result<Reply>> Backups::create(Call &call) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    const auto description = body.text("description", kDescriptionMax);
    const auto upload = body.text("upload");
    if (description && upload)
        body.fail("description", "FieldValueForbidden", "a back-up that is taken in keeps its own description");
    CO_CHECK(body.finish("BackupRequest"));
    if (upload)
        CO_CHECK(m_parts.uploads.whole(*upload));
    Operations::Work work = [this, description, upload](std::shared_ptr<Operation> operation) {
        return upload ? runTakeIn(std::move(operation), *upload)
                      : runCreate(std::move(operation), description.value_or(""));
    };
    CO_TRY(const OperationInfo begun, m_parts.operations.begin(OperationKind::Backup, "", std::move(work)));
    co_return accepted(begun);
}

Task<Result<json::object>> Backups::runCreate(std::shared_ptr<Operation> operation, std::string description) {
    operation->enter("copying", 0, "copying the datastore");
    CO_TRY(const BackupInfo made, co_await make(operation, "manual", std::move(description), 0, 0.95));
    operation->enter("checking", 0.95, "checking the archive");
    if (!made.error.empty())
        co_return errors::other(made.error);
    co_return made.json();
}

/// An archive that was sent: only whole and sound ones come among the others.
Task<Result<json::object>> Backups::runTakeIn(std::shared_ptr<Operation> operation, std::string upload) {
    CO_TRY(const fs::path sent, m_parts.uploads.whole(upload));
    operation->enter("copying", 0, "taking in the file");
    const BackupInfo info = readBackup(sent);
    if (!info.error.empty())
        co_return errors::badRequest("the file cannot be taken in: " + info.error);
    CO_CHECK(makeFolder(files(), 0700));
    const std::string name = freeFileName(files(), info.createdAt, fmt::format("-uploaded{}", kBackupEnding));
    const fs::path work = files() / fmt::format(".{}.work", name);
    operation->enter("checking", 0.2, "checking the whole archive");
    std::function<Result<>(const Ended &)> check =
        [this, sent, work, name,
         progress = progressOf(operation, "checking the whole archive", 0.2, 0.9)](const Ended &ended) -> Result<> {
        CHECK(makeFolder(work, 0700));
        auto taken = unpackBackup(sent, work / "content", progress, ended);
        std::error_code error;
        if (taken) {
            auto copied = copyFile(sent, work / "packed", 0600, ended);
            if (copied)
                fs::rename(work / "packed", files() / name, error);
            if (!copied)
                taken = Failure(std::move(copied).error());
            else if (error)
                taken = errors::other(fmt::format("cannot make {}: {}", name, error.message()));
        }
        fs::remove_all(work, error);
        return taken;
    };
    CO_CHECK(co_await m_parts.worker.run(std::move(check)));
    (void)m_parts.uploads.remove(upload);
    co_return readBackup(files() / name).json();
}

Task<Result<Reply>> Backups::restore(Call &call) {
    CO_TRY(const fs::path file, findFile(kResource, files(), call.parameter("name"), kBackupEnding));
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    RestoreOptions options{.backupFirst = body.flag("backupFirst", true)};
    options.deadline =
        std::chrono::milliseconds(body.integer("deadlineMs", kDeadlineLeastMs, kDeadlineMostMs, kRestoreDeadlineMs));
    CO_CHECK(body.finish("RestoreRequest"));
    if (const BackupInfo info = readBackup(file); !info.error.empty())
        co_return errors::conflict(kResource, "", info.name, "it cannot be restored: " + info.error);
    else if (const auto made = ReleaseVersion::parse(info.version), runs = ReleaseVersion::parse(m_parts.version);
             made && runs && *made > *runs)
        co_return errors::conflict(
            kResource, "", info.name,
            fmt::format("{} made it, which is newer than {}; upgrade first", info.version, m_parts.version));
    Operations::Work work = [this, file, options](std::shared_ptr<Operation> operation) {
        return runRestore(std::move(operation), file, options);
    };
    CO_TRY(const OperationInfo begun,
           m_parts.operations.begin(OperationKind::Restore, call.parameter("name"), std::move(work)));
    co_return accepted(begun);
}

/// Everything that can fail without harm; gives the generation that is ready.
Task<Result<std::string>> Backups::stage(std::shared_ptr<Operation> operation, fs::path file, RestoreOptions options) {
    std::function<Result<>(const Ended &)> unpack =
        [this, file,
         progress = progressOf(operation, "unpacking and checking", 0, 0.3)](const Ended &ended) -> Result<> {
        CHECK(m_folder.markCurrent(m_parts.random));
        return unpackBackup(file, m_folder.other(), progress, ended);
    };
    operation->enter("checking", 0, "unpacking and checking");
    CO_CHECK(co_await m_parts.worker.run(std::move(unpack)));
    if (options.backupFirst) {
        operation->enter("backingUp", 0.3, "copying the present state");
        CO_CHECK(
            co_await make(operation, "beforeRestore", "before a restore of " + file.filename().string(), 0.3, 0.6));
    }
    const datastore::Revision revision = m_parts.data.backend.currentRevision() + kRevisionsAhead;
    const fs::path database = m_folder.other() / m_parts.data.folders.database.lexically_relative(m_folder.current());
    std::function<Result<std::string>(const Ended &)> finish = [this, revision,
                                                                database](const Ended &) -> Result<std::string> {
        CHECK(datastore::continueAfter(database, revision));
        return m_folder.markOther(m_parts.random);
    };
    co_return co_await m_parts.worker.run(std::move(finish));
}

Task<Result<json::object>> Backups::runRestore(std::shared_ptr<Operation> operation, fs::path file,
                                               RestoreOptions options) {
    struct Restoring {
        std::atomic<bool> &flag;
        ~Restoring() { flag = false; }
    } const restoring{m_restoring};
    m_restoring = true;
    auto generation = co_await stage(operation, file, options);
    if (!generation) {
        std::function<Result<>(const Ended &)> drop = [this](const Ended &) { return m_folder.dropOther(); };
        (void)co_await m_parts.worker.run(std::move(drop));
        co_return std::unexpected(std::move(generation).error());
    }
    RestartRequest request{.kind = OperationKind::Restore,
                           .target = file.filename().string(),
                           .deadline = options.deadline,
                           .files = {m_folder.wantedFile()},
                           .change = [this, wanted = *generation] { return m_folder.want(wanted); },
                           .result = readBackup(file).json()};
    co_return co_await m_parts.restarter.goOn(operation, std::move(request));
}

void Backups::addRoutes(Router &router) {
    router.add("GET", "/datastore/backups", [this](Call &) { return list(); });
    router.add("POST", "/datastore/backups", [this](Call &call) { return create(call); });
    router.add("GET", "/datastore/backups/{name}", [this](Call &call) { return get(call); });
    router.add("DELETE", "/datastore/backups/{name}", [this](Call &call) { return remove(call); });
    router.add("GET", "/datastore/backups/{name}/content", [this](Call &call) { return download(call); });
    router.add("POST", "/datastore/backups/{name}/restore", [this](Call &call) { return restore(call); });
}

} // namespace coracle::appliance
