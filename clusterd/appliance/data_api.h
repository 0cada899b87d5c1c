#pragma once

#include "clusterd/appliance/backups.h"
#include "clusterd/appliance/data_parts.h"
#include "clusterd/appliance/images.h"
#include "clusterd/appliance/reclaim.h"
#include "clusterd/appliance/storage.h"
#include "clusterd/appliance/support_bundle.h"
#include "clusterd/appliance/upgrades.h"
#include "clusterd/appliance/uploads.h"
#include "clusterd/appliance/worker.h"

namespace coracle::appliance {

struct DataApiParts {
    const DataParts &data;
    const apiserver::Reader &reader;
    Clock &clock;
    Random &random;
    Operations &operations;
    Restarter &restarter;
    Trial &trial;
    LogBuffer &log;
    std::string version, kubernetesVersion, nodeName;
    std::function<boost::json::object()> status;                ///< for support bundles
    std::function<Result<boost::json::object>()> configuration; ///< with secrets masked
};

/// The part of the appliance API that is about disks, files and programs: uploads, datastore and back-ups,
/// images, storage, upgrades and support bundles.
class DataApi {
public:
    explicit DataApi(DataApiParts parts);

    void addRoutes(Router &router);
    /// Removes what earlier processes left behind. On the executor of the operations, after the start has proved good.
    Task<> tidy();

private:
    DataApiParts m_parts;
    Worker m_worker;
    Uploads m_uploads;
    Backups m_backups;
    Images m_images;
    Reclaim m_reclaim;
    Storage m_storage;
    Upgrades m_upgrades;
    SupportBundles m_support;
};

} // namespace coracle::appliance
