#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/data_parts.h"
#include "clusterd/appliance/log_buffer.h"
#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/router.h"
#include "clusterd/appliance/worker.h"

namespace coracle::appliance {

struct SupportParts {
    const DataParts &data;
    const apiserver::Reader &reader;
    Clock &clock;
    Operations &operations;
    Worker &worker;
    LogBuffer &log;
    std::string version, kubernetesVersion, nodeName;
    std::function<boost::json::object()> status;                ///< the API's ApplianceStatus
    std::function<Result<boost::json::object>()> configuration; ///< with secrets masked
};

/// Archives for whoever helps: status, configuration, logs, objects, facts of machine and datastore, and no secrets
/// (see Redactor). The last three are kept.
class SupportBundles {
public:
    explicit SupportBundles(SupportParts parts) : m_parts(std::move(parts)) {}

    void addRoutes(Router &router);

private:
    /// Takes a file of the archive: its name and content.
    using Add = std::function<Result<>(std::string name, std::string_view content)>;
    Task<Result<Reply>> list();
    Task<Result<Reply>> create();
    Task<Result<Reply>> remove(Call &call);
    Task<Result<Reply>> download(Call &call);
    Task<Result<boost::json::object>> run(std::shared_ptr<Operation> operation);
    Result<> collect(const Add &add, const datastore::StorageSize &size) const;
    Result<boost::json::object> pack(const datastore::StorageSize &size, const Ended &ended) const;
    boost::json::object describe(const std::filesystem::path &file) const;

    SupportParts m_parts;
};

} // namespace coracle::appliance
