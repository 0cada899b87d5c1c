#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/backups.h"
#include "clusterd/appliance/images.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::appliance {

struct ReclaimParts {
    const DataParts &data;
    const apiserver::Reader &reader;
    Worker &worker;
    Images &images;
    Backups &backups;
    Uploads &uploads;
};

/// What could go to make room, by kinds; the same list says what there is and does it.
class Reclaim {
public:
    explicit Reclaim(ReclaimParts parts) : m_parts(std::move(parts)) {}

    /// Something that could go.
    struct Item {
        std::string name; ///< for people
        uint64_t bytes = 0;
        std::function<Task<Result<>>()> remove;
    };
    /// "unusedImages", "deadContainers" and so on, as the API has them.
    static std::vector<std::string_view> kinds();
    /// Nothing where the kind is none, or the server has no node.
    Task<Result<std::vector<Item>>> items(std::string_view kind);

private:
    Task<Result<std::vector<Item>>> unusedImages();
    Task<Result<std::vector<Item>>> deadContainers();
    Task<Result<std::vector<Item>>> oldLogs();
    Task<Result<std::vector<Item>>> orphanedVolumes();
    Task<Result<std::vector<Item>>> oldBackups();
    Task<Result<std::vector<Item>>> uploads();
    Task<Result<std::vector<Item>>> folders(std::vector<std::filesystem::path> paths);
    Task<Result<>> removeFolder(std::filesystem::path path);

    struct Kind {
        std::string_view name;
        Task<Result<std::vector<Item>>> (Reclaim::*items)();
    };
    static const Kind kKinds[];

    ReclaimParts m_parts;
};

} // namespace coracle::appliance
