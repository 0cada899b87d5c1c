#pragma once

#include "clusterd/appliance/notices.h"
#include "clusterd/appliance/router.h"
#include "core/config/registries.h"

#include <filesystem>

namespace coracle::appliance {

/// What the routes of registries stand on.
struct RegistryParts {
    std::filesystem::path file;
    std::string running; ///< the canonical text of what this process was started with
    bool ours = true;    ///< the container runtime is ours; another one does not read the file
};

/// registries and registries/validate: the file with private registries and mirrors, which is read at each start.
void addRegistryRoutes(Router &router, RegistryParts parts);

/// A file that cannot be read is told.
void noticeRegistries(const std::filesystem::path &file, std::vector<Notice> &notices);

/// The same with passwords and tokens masked.
config::Registries masked(config::Registries registries);
/// Takes the secrets that are masked or missing from what is stored.
void unmask(config::Registries &registries, const config::Registries &stored);

} // namespace coracle::appliance
