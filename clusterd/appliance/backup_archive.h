#pragma once

#include "clusterd/appliance/worker.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// Back-ups as files: an archive (tar, zstd) with a manifest first, which names every other entry with its size and
/// SHA-256, then what is in the server's folder (certificates, keys, tokens, manifests), and last a copy of the
/// datastore as db/state.db. It holds the cluster's keys: files are 0600. All of it blocks.
namespace coracle::appliance {

struct BackupInfo {
    std::string name; ///< of the file
    WallTime createdAt;
    uint64_t bytes = 0;        ///< of the file
    uint64_t contentBytes = 0; ///< unpacked
    int64_t revision = 0;
    std::string version, kubernetesVersion, nodeName;
    std::string origin; ///< manual, scheduled, beforeUpgrade, beforeRestore, uploaded
    std::string description;
    std::string error; ///< why it cannot be restored; empty when it can

    boost::json::object json() const;
    /// Made by the daemon itself, so that the daemon may remove it too.
    bool automatic() const;
};

inline constexpr std::string_view kBackupEnding = ".clusterd-backup";

/// Below the server's folder: what is a state of the cluster and not of the running process.
struct BackupSource {
    std::filesystem::path server;
    std::filesystem::path database; ///< in that folder
};

/// Makes <folder>/<name>, with a working folder beside it that is gone at the end; what is known is taken from `info`.
/// The progress is 0 to 1.
Result<BackupInfo> writeBackup(const BackupSource &source, const std::filesystem::path &folder, BackupInfo info,
                               const std::function<void(double)> &progress, const Ended &ended);

/// What a file's manifest says. A file that is none, or one of a later form, has an error in the result.
BackupInfo readBackup(const std::filesystem::path &file);

/// Unpacks a back-up into a new folder and checks everything: the manifest, digests, the database. What the manifest
/// does not name, and names that lead elsewhere, are errors. Synced.
Result<> unpackBackup(const std::filesystem::path &file, const std::filesystem::path &folder,
                      const std::function<void(double)> &progress, const Ended &ended);

} // namespace coracle::appliance
