#pragma once

#include "clusterd/appliance/backups.h"
#include "clusterd/appliance/program_choice.h"
#include "clusterd/appliance/upgrade_source.h"

namespace coracle::appliance {

struct UpgradeParts {
    const DataParts &data;
    Clock &clock;
    Operations &operations;
    Restarter &restarter;
    Trial &trial;
    Worker &worker;
    Backups &backups;
    std::string version, kubernetesVersion;
};

/// Other versions of the program: copied to this machine, checked, chosen, and on trial until the daemon is ready with
/// them; else the version before starts again. Only one may be worked on at a time.
class Upgrades {
public:
    explicit Upgrades(UpgradeParts parts) : m_parts(std::move(parts)), m_choice(m_parts.data.folders.data) {}

    void addRoutes(Router &router);
    /// Removes staged versions that nobody goes to or back to. On the executor of the operations.
    Task<> tidy();

private:
    struct Options {
        bool backupFirst = true, stageOnly = false;
        std::chrono::milliseconds deadline{};
    };
    Task<Result<Reply>> list();
    Task<Result<Reply>> start(Call &call);
    Task<Result<boost::json::object>> run(std::shared_ptr<Operation> operation, OfferedVersion offered,
                                          Options options);
    Task<Result<>> stage(std::shared_ptr<Operation> operation, OfferedVersion offered);
    bool staged(const OfferedVersion &offered) const;
    std::optional<boost::json::object> last() const;
    std::filesystem::path lastFile() const { return m_choice.folder() / "last.json"; }

    UpgradeParts m_parts;
    ProgramChoice m_choice;
};

} // namespace coracle::appliance
