#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::appliance {

/// Which program is the daemon: the one that is installed, or a version that was taken since. It stands in one file,
/// <data>/versions/current.json, that is replaced in one step; going back is writing the file again. The installed
/// program, which the machine starts, hands over to the one that is meant.
class ProgramChoice {
public:
    explicit ProgramChoice(const std::filesystem::path &data) : m_folder(data / "versions") {}

    struct Choice {
        std::filesystem::path program;
        std::string version;
    };
    std::filesystem::path file() const { return m_folder / "current.json"; }
    /// Where a version lies.
    std::filesystem::path programOf(const std::string &version) const { return m_folder / version / "clusterd"; }
    const std::filesystem::path &folder() const { return m_folder; }

    /// Nothing when none was made, or its program is not there any more.
    std::optional<Choice> read() const;
    Result<> choose(const Choice &choice) const;

    /// The program to run instead of this one; nothing: this one. A newer one than was chosen, as when the machine's
    /// package was upgraded, is itself the choice.
    std::optional<std::filesystem::path> other(const Choice &self) const;

private:
    std::filesystem::path m_folder;
};

} // namespace coracle::appliance
