#include "clusterd/appliance/server_folder.h"

#include "clusterd/appliance/file_handle.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;

namespace {

constexpr const char *kGeneration = "generation";
constexpr size_t kGenerationMax = 64;

/// Empty: there is none.
Result<std::string> readWord(const fs::path &file) {
    std::error_code error;
    if (!fs::exists(file, error))
        return std::string();
    TRY(std::string word, readFile(file, kGenerationMax));
    while (!word.empty() && word.back() == '\n')
        word.pop_back();
    return word;
}

Result<> writeWord(const fs::path &file, const std::string &word) {
    return writeFileAtomic(file, word + "\n", 0600);
}

} // namespace

Result<> ServerFolder::markCurrent(Random &random) const {
    TRY(std::string generation, readWord(current() / kGeneration));
    TRY(const std::string wanted, readWord(wantedFile()));
    if (generation.empty()) {
        generation = random.suffix(10);
        CHECK(writeWord(current() / kGeneration, generation));
    } else if (!wanted.empty() && wanted != generation) {
        return errors::conflict("backups", "", "", "another restore waits for the next start of the daemon");
    }
    return writeWord(wantedFile(), generation);
}

Result<std::string> ServerFolder::markOther(Random &random) const {
    const std::string generation = random.suffix(10);
    CHECK(writeWord(other() / kGeneration, generation));
    return generation;
}

Result<> ServerFolder::want(const std::string &generation) const {
    return writeWord(wantedFile(), generation);
}

Result<> ServerFolder::settle() const {
    TRY(const std::string wanted, readWord(wantedFile()));
    TRY(const std::string is, readWord(current() / kGeneration));
    if (wanted.empty() || wanted == is)
        return {};
    TRY(const std::string waits, readWord(other() / kGeneration));
    if (waits != wanted)
        return errors::other(fmt::format("{} asks for a state of the cluster that is not there; remove that file to go "
                                         "on with {} as it is",
                                         wantedFile().string(), current().string()));
    if (::renameat2(AT_FDCWD, current().c_str(), AT_FDCWD, other().c_str(), RENAME_EXCHANGE) != 0)
        return errors::fromErrno(fmt::format("cannot exchange {} and {}", current().string(), other().string()), errno);
    CHECK(syncFolder(m_data));
    log::info("appliance", "the state of the cluster is now generation {} (before: {})", wanted, is);
    return {};
}

Result<> ServerFolder::dropOther() const {
    TRY(const std::string wanted, readWord(wantedFile()));
    TRY(const std::string is, readWord(current() / kGeneration));
    std::error_code error;
    if (wanted == is)
        fs::remove_all(other(), error);
    if (error)
        return errors::other(fmt::format("cannot remove {}: {}", other().string(), error.message()));
    return {};
}

} // namespace coracle::appliance
