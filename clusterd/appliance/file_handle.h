#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::appliance {

/// An open file; its end closes it. Errors name the file. Blocks.
class FileHandle {
public:
    /// For reading. Only regular files.
    static Result<FileHandle> open(const std::filesystem::path &path);
    /// A new file, for writing; it must not be there.
    static Result<FileHandle> create(const std::filesystem::path &path, unsigned mode);
    /// One that is there, for writing at its end.
    static Result<FileHandle> append(const std::filesystem::path &path);

    FileHandle(FileHandle &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_path(std::move(other.m_path)) {}
    FileHandle &operator=(FileHandle &&other) noexcept;
    ~FileHandle();

    int descriptor() const { return m_fd; }
    uint64_t size() const;
    /// 0: the end.
    Result<size_t> read(char *buffer, size_t size) const;
    Result<> write(std::string_view bytes) const;
    Result<> sync() const;

private:
    FileHandle(int fd, std::string path) : m_fd(fd), m_path(std::move(path)) {}
    static Result<FileHandle> openWith(const std::filesystem::path &path, int flags, unsigned mode);

    int m_fd;
    std::string m_path;
};

/// Makes the entries of a folder durable.
Result<> syncFolder(const std::filesystem::path &folder);

/// A folder with all that is in it: files and folders, each synced.
Result<> syncTree(const std::filesystem::path &folder);

/// 507 where the file system of the folder has less room than these bytes and what the daemon itself needs.
Result<> checkRoom(const std::filesystem::path &folder, uint64_t bytes);

} // namespace coracle::appliance
