#pragma once

#include "clusterd/appliance/reclaim.h"

#include <boost/json/object.hpp>
#include <map>
#include <optional>

namespace coracle::appliance {

struct StorageParts {
    const DataParts &data;
    const apiserver::Reader &reader;
    Clock &clock;
    Operations &operations;
    Worker &worker;
    Reclaim &reclaim;
};

/// GET storage, POST storage/cleanup. Folders are measured on the worker when somebody asks, at most once a minute.
class Storage {
public:
    explicit Storage(StorageParts parts) : m_parts(std::move(parts)) {}

    void addRoutes(Router &router);

private:
    /// What folders take up, at one moment.
    struct Measured {
        SteadyTime at{};
        WallTime date;
        std::vector<std::pair<std::string, uint64_t>> parts;
        std::map<std::string, uint64_t> volumes; ///< by path
    };
    Task<Result<Reply>> get();
    Task<Result<Reply>> cleanUp(Call &call);
    Task<Result<boost::json::object>> runCleanUp(std::shared_ptr<Operation> operation, std::vector<std::string> what);

    Task<Result<std::shared_ptr<const Measured>>> measure();
    std::vector<std::pair<std::string, std::filesystem::path>> parts() const;
    Task<uint64_t> writableLayers();

    StorageParts m_parts;
    std::mutex m_mutex; ///< guards the rest
    std::shared_ptr<const Measured> m_measured;
};

} // namespace coracle::appliance
