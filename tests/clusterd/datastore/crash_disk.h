#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace coracle::datastore::testing {

/// A disk in memory, as an SQLite VFS, that can lose its power: what was not synced is then lost, in part or
/// altogether, down to single sectors, as a real disk's cache may write in any order. It can also be full or broken.
class CrashDisk {
public:
    static constexpr size_t kSector = 512;
    static constexpr size_t kShmRegion = 32768;

    CrashDisk();
    ~CrashDisk();
    CrashDisk(const CrashDisk &) = delete;
    CrashDisk &operator=(const CrashDisk &) = delete;

    /// The name to give SQLite.
    const std::string &vfs() const { return m_name; }

    /// The power goes before the write, sync, truncation or deletion with this number from now on (1: the next).
    void cutPowerAfter(int64_t operations);
    bool powerless() const;
    int64_t operations() const;

    /// How much of what was not synced is on the disk after a power cut.
    enum class Lost { Everything, Some, Nothing };
    /// Power is back; all files must be closed.
    void powerOn(Lost lost, uint64_t seed);

    /// From now on each write that makes a file longer fails with "disk full".
    void setFull(bool full);
    /// From now on writes (syncs) fail with an I/O error.
    void setBroken(bool writes, bool syncs);
    /// The largest length the file ever had.
    int64_t largestSize(const std::string &path) const;
    int64_t size(const std::string &path) const;

private:
    friend struct CrashFile;
    friend struct CrashVfs;

    struct Change {
        bool truncate = false;
        size_t offset = 0;
        std::string data;
    };
    struct FileState {
        std::string current;
        std::string durable;
        std::vector<Change> unsynced;
        bool onDisk = false;  ///< its directory entry is durable
        bool deleted = false; ///< deleted, but the directory was not synced
        size_t largest = 0;
        // Locks of the open handles (sqlite3_file level) and shared memory of the write-ahead log's index.
        int sharedLocks = 0;
        const void *reserved = nullptr, *pending = nullptr, *exclusive = nullptr;
        std::vector<std::unique_ptr<std::array<char, kShmRegion>>> shm;
        std::array<int, 8> shmShared{};
        std::array<const void *, 8> shmExclusive{};
        int shmUsers = 0;
    };
    using File = std::shared_ptr<FileState>;

    /// Counts an operation; false when the power is gone.
    bool operate();
    void syncFolder();
    static void apply(std::string &content, const Change &change);
    static void applyPartly(std::string &content, const Change &change, std::mt19937_64 &random);

    std::string m_name;
    std::unique_ptr<sqlite3_vfs> m_vfs;
    mutable std::mutex m_mutex;
    std::map<std::string, File> m_files;
    int64_t m_operations = 0;
    int64_t m_cutAt = -1;
    bool m_powerless = false, m_full = false, m_brokenWrites = false, m_brokenSyncs = false;
};

} // namespace coracle::datastore::testing
