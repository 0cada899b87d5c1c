#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace coracle::datastore {

/// Keeps a second process from a datastore: a lock on a file beside it that ends with the process, also after kill -9.
class DataLock {
public:
    /// Fails with a message that tells which process has it.
    static Result<DataLock> acquire(const std::filesystem::path &path);
    DataLock() = default;
    DataLock(DataLock &&other) noexcept;
    DataLock &operator=(DataLock &&other) noexcept;
    ~DataLock();

private:
    int m_fd = -1;
};

} // namespace coracle::datastore
