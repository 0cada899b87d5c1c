#pragma once

#include "core/base/random.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>

/// The state of a cluster is one folder, <data>/server. Another state is put into <data>/server.other, and takes its
/// place by one exchange of both names, before anything is read at the start of the daemon: killed at any moment, there
/// is the one or the other, never a mixture. Which one is meant stands in <data>/server.wanted (a generation, which
/// each folder has written in it), so that going back is writing that file.
namespace coracle::appliance {

class ServerFolder {
public:
    explicit ServerFolder(std::filesystem::path data) : m_data(std::move(data)) {}

    std::filesystem::path current() const { return m_data / "server"; }
    std::filesystem::path other() const { return m_data / "server.other"; }
    std::filesystem::path wantedFile() const { return m_data / "server.wanted"; }

    /// Gives the current folder a generation, where it has none, and writes that it is wanted. An error where another
    /// one is wanted already.
    Result<> markCurrent(Random &random) const;
    /// Gives the other folder a new generation, when it is whole, and names it. It is not wanted by that.
    Result<std::string> markOther(Random &random) const;
    Result<> want(const std::string &generation) const;

    /// Makes the folder that is wanted the current one. With the data folder locked, first of all.
    Result<> settle() const;
    /// Removes the other folder, when the one that is wanted is the current one.
    Result<> dropOther() const;

private:
    std::filesystem::path m_data;
};

} // namespace coracle::appliance
