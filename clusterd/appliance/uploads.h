#pragma once

#include "clusterd/appliance/router.h"
#include "core/base/clock.h"
#include "core/base/random.h"

#include <boost/json/object.hpp>
#include <filesystem>
#include <mutex>
#include <string>

namespace coracle::appliance {

/// Files that are sent in parts, into a folder of ours: <id> with what has come, <id>.json with what is to come. They
/// outlive the daemon, and go a day after they have last grown. Never whole in memory. Thread-safe.
class Uploads {
public:
    Uploads(std::filesystem::path folder, Clock &clock, Random &random);

    /// POST uploads, GET, PUT and DELETE uploads/{id}. The uploads outlive the router.
    void addRoutes(Router &router);

    /// A file that has come whole; 404, 409 when parts are missing. It stays until it is removed.
    Result<std::filesystem::path> whole(const std::string &id) const;
    Result<> remove(const std::string &id);

    /// Drops what has expired.
    void tidy();
    /// Ids and what has come of each.
    std::vector<std::pair<std::string, uint64_t>> sizes() const;

private:
    struct Upload {
        std::string id, name;
        uint64_t bytes = 0, received = 0;
        WallTime changedAt;

        bool whole() const { return received == bytes; }
    };
    Task<Result<Reply>> create(Call &call);
    Task<Result<Reply>> get(Call &call);
    Task<Result<Reply>> append(Call &call);
    Task<Result<Reply>> drop(Call &call);

    Result<Upload> find(const std::string &id) const;
    std::vector<Upload> all() const;
    Result<Upload> write(const std::string &id, uint64_t offset, const std::string &bytes);
    boost::json::object describe(const Upload &upload) const;

    const std::filesystem::path m_folder;
    Clock &m_clock;
    Random &m_random;
    mutable std::mutex m_mutex; ///< one change of the folder at a time
};

} // namespace coracle::appliance
