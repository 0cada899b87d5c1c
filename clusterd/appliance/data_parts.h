#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/kubelet/cri/runtime_service.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace coracle::appliance {

/// Where things lie on the disk.
struct DataFolders {
    std::filesystem::path data;
    std::filesystem::path database; ///< the file, in <data>/server
    std::filesystem::path backups, imageStore, kubelet, podLogs, volumes;
    std::filesystem::path upgrades; ///< what versions are taken from: a folder or a file

    std::filesystem::path server() const { return data / "server"; }
    std::filesystem::path uploads() const { return data / "uploads"; }
    std::filesystem::path bundles() const { return data / "support"; }
};

/// What the subjects that work with disks, images and programs stand on. Everything referred to outlives them.
struct DataParts {
    DataFolders folders;
    size_t automaticBackups = 5; ///< that are kept
    datastore::Backend &backend;
    std::function<Result<>()> datastoreHealth;             ///< on any thread, without waiting
    std::shared_ptr<kubelet::cri::ImageService> images;    ///< null: the server runs without a node of its own
    std::shared_ptr<kubelet::cri::RuntimeService> runtime; ///< null with images
    std::string pauseImage;                                ///< of all pods: stays, also where the runtime lets it go
    std::filesystem::path executable;                      ///< of this process
    /// Runs a program to its end and gives what it printed; a code other than 0 is an error.
    std::function<Task<Result<std::string>>(std::filesystem::path program, std::vector<std::string> arguments,
                                            Duration timeout)>
        runProgram;
    /// Brings the images of an archive into the runtime and gives what was printed; null without a runtime of our own.
    std::function<Task<Result<std::string>>(std::filesystem::path archive)> importImages;
};

} // namespace coracle::appliance
