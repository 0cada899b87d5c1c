#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct archive;

/// Compressed tar archives, written and read in parts, never whole in memory. All of it blocks.
namespace coracle::appliance {

class ArchiveWriter {
public:
    enum class Compression { Gzip, Zstd };
    /// A new file (0600). The time is that of all entries.
    static Result<ArchiveWriter> create(const std::filesystem::path &path, Compression compression, WallTime time);
    ArchiveWriter(ArchiveWriter &&) noexcept = default;
    ArchiveWriter &operator=(ArchiveWriter &&) noexcept = default;

    /// Names are relative, with '/'. The file must not grow shorter meanwhile.
    Result<> addFile(const std::string &name, const std::filesystem::path &source, unsigned mode,
                     const std::atomic<bool> &ended);
    Result<> addText(const std::string &name, std::string_view text, unsigned mode = 0600);
    Result<> addLink(const std::string &name, const std::string &target);
    /// Ends the archive and makes it durable. Without it the file is of no use.
    Result<> finish();

private:
    struct Close {
        void operator()(archive *handle) const;
    };
    explicit ArchiveWriter(archive *handle) : m_handle(handle) {}
    Result<> addHeader(const std::string &name, unsigned mode, uint64_t bytes, const std::string &link);
    Result<> add(std::string_view bytes);
    Failure failure() const;

    std::unique_ptr<archive, Close> m_handle;
    std::filesystem::path m_path;
    WallTime m_time;
};

struct ArchiveEntry {
    enum class Type { File, Link, Folder, Other };
    std::string name;
    Type type = Type::File;
    uint64_t bytes = 0;
    std::string target; ///< of a link
};

/// Reads what ArchiveWriter writes. Names and sizes come from outside: callers take only what they expect.
class ArchiveReader {
public:
    static Result<ArchiveReader> open(const std::filesystem::path &path);
    ArchiveReader(ArchiveReader &&) noexcept = default;
    ArchiveReader &operator=(ArchiveReader &&) noexcept = default;

    /// The next entry; nothing after the last.
    Result<std::optional<ArchiveEntry>> next();
    /// The content of the entry; an error where it is longer.
    Result<std::string> text(size_t bytesMax);
    /// Writes the content to a new file, at most so many bytes, and gives its SHA-256. Not synced.
    Result<std::string> extract(const std::filesystem::path &to, unsigned mode, uint64_t bytesMax,
                                const std::atomic<bool> &ended);

private:
    struct Close {
        void operator()(archive *handle) const;
    };
    explicit ArchiveReader(archive *handle) : m_handle(handle) {}
    Result<size_t> read(char *buffer, size_t size);
    Failure failure() const;

    std::unique_ptr<archive, Close> m_handle;
    std::filesystem::path m_path;
};

} // namespace coracle::appliance
