#pragma once

#include "clusterd/appliance/backup_archive.h"
#include "clusterd/appliance/data_parts.h"
#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/restarter.h"
#include "clusterd/appliance/router.h"
#include "clusterd/appliance/server_folder.h"
#include "clusterd/appliance/uploads.h"

namespace coracle::appliance {

struct BackupParts {
    const DataParts &data;
    Clock &clock;
    Random &random;
    Operations &operations;
    Restarter &restarter;
    Worker &worker;
    Uploads &uploads;
    std::string version, kubernetesVersion, nodeName;
};

/// Back-ups: made while the cluster goes on, taken in from outside, and gone back to. Going back puts the whole folder
/// of the server in place of the present one at the next start (see ServerFolder), on trial: the daemon that is not
/// ready with it in time starts again with what was before.
class Backups {
public:
    explicit Backups(BackupParts parts) : m_parts(std::move(parts)), m_folder(m_parts.data.folders.data) {}

    void addRoutes(Router &router);

    /// As a step of an operation. Of those that the daemon makes by itself the oldest go.
    Task<Result<BackupInfo>> make(std::shared_ptr<Operation> operation, std::string origin, std::string description,
                                  double progressFrom, double progressTo);
    /// Automatic ones beyond those that are kept, oldest first.
    std::vector<BackupInfo> superfluous() const;
    Result<> removeFile(const std::string &name);
    /// Removes what an earlier process left behind. On the executor of the operations, with nothing on trial.
    Task<> tidy();

private:
    Task<Result<Reply>> list();
    Task<Result<Reply>> get(Call &call);
    Task<Result<Reply>> remove(Call &call);
    Task<Result<Reply>> download(Call &call);
    Task<Result<Reply>> create(Call &call);
    Task<Result<Reply>> restore(Call &call);

    struct RestoreOptions {
        bool backupFirst = true;
        std::chrono::milliseconds deadline{};
    };
    Task<Result<boost::json::object>> runCreate(std::shared_ptr<Operation> operation, std::string description);
    Task<Result<boost::json::object>> runTakeIn(std::shared_ptr<Operation> operation, std::string upload);
    Task<Result<boost::json::object>> runRestore(std::shared_ptr<Operation> operation, std::filesystem::path file,
                                                 RestoreOptions options);
    Task<Result<std::string>> stage(std::shared_ptr<Operation> operation, std::filesystem::path file,
                                    RestoreOptions options);

    const std::filesystem::path &files() const { return m_parts.data.folders.backups; }

    BackupParts m_parts;
    ServerFolder m_folder;
    std::atomic<bool> m_restoring = false; ///< the other folder of the server is being filled
};

} // namespace coracle::appliance
