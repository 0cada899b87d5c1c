#include "tests/clusterd/datastore/crash_disk.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <sqlite3.h>
#include <utility>

namespace coracle::datastore::testing {

/// An open file: the C struct that SQLite allocates and passes to the methods.
struct CrashFile {
    sqlite3_file base;
    CrashDisk *disk;
    CrashDisk::File *file;
    int lock;
    int flags;
    bool usesShm;
    uint8_t shmShared, shmExclusive; ///< slots that this handle holds

    static CrashFile &of(sqlite3_file *file) { return *reinterpret_cast<CrashFile *>(file); }
    CrashDisk::FileState &state() { return **file; }

    static int close(sqlite3_file *f) {
        CrashFile &self = of(f);
        unlock(f, SQLITE_LOCK_NONE);
        if (self.usesShm)
            shmUnmap(f, 0);
        const std::lock_guard guard(self.disk->m_mutex);
        if (self.flags & SQLITE_OPEN_DELETEONCLOSE)
            self.state().deleted = true;
        delete self.file;
        self.file = nullptr;
        return SQLITE_OK;
    }

    static int read(sqlite3_file *f, void *buffer, int count, sqlite3_int64 offset) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        if (self.disk->m_powerless)
            return SQLITE_IOERR_READ;
        const std::string &content = self.state().current;
        const size_t from = std::min(static_cast<size_t>(offset), content.size());
        const size_t got = std::min(static_cast<size_t>(count), content.size() - from);
        std::memcpy(buffer, content.data() + from, got);
        std::memset(static_cast<char *>(buffer) + got, 0, static_cast<size_t>(count) - got);
        return got == static_cast<size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file *f, const void *buffer, int count, sqlite3_int64 offset) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        if (!self.disk->operate())
            return SQLITE_IOERR_WRITE;
        if (self.disk->m_brokenWrites)
            return SQLITE_IOERR_WRITE;
        CrashDisk::FileState &state = self.state();
        if (self.disk->m_full && static_cast<size_t>(offset + count) > state.current.size())
            return SQLITE_FULL;
        CrashDisk::Change change{false, static_cast<size_t>(offset),
                                 std::string(static_cast<const char *>(buffer), static_cast<size_t>(count))};
        CrashDisk::apply(state.current, change);
        state.unsynced.push_back(std::move(change));
        state.largest = std::max(state.largest, state.current.size());
        return SQLITE_OK;
    }

    static int truncate(sqlite3_file *f, sqlite3_int64 size) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        if (!self.disk->operate())
            return SQLITE_IOERR_TRUNCATE;
        CrashDisk::Change change{true, static_cast<size_t>(size), {}};
        CrashDisk::apply(self.state().current, change);
        self.state().unsynced.push_back(std::move(change));
        return SQLITE_OK;
    }

    static int sync(sqlite3_file *f, int) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        if (!self.disk->operate())
            return SQLITE_IOERR_FSYNC;
        if (self.disk->m_brokenSyncs)
            return SQLITE_IOERR_FSYNC;
        CrashDisk::FileState &state = self.state();
        for (const CrashDisk::Change &change : state.unsynced)
            CrashDisk::apply(state.durable, change);
        state.unsynced.clear();
        // As the platform's VFS: the first sync of a new file syncs its folder, with all that was made and deleted in
        // it.
        if (!state.onDisk)
            self.disk->syncFolder();
        return SQLITE_OK;
    }

    static int fileSize(sqlite3_file *f, sqlite3_int64 *size) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        *size = static_cast<sqlite3_int64>(self.state().current.size());
        return SQLITE_OK;
    }

    static int lockFile(sqlite3_file *f, int level) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        CrashDisk::FileState &state = self.state();
        auto foreign = [&](const void *holder) { return holder && holder != f; };
        if (level <= self.lock)
            return SQLITE_OK;
        if (self.lock == SQLITE_LOCK_NONE) {
            if (foreign(state.pending) || foreign(state.exclusive))
                return SQLITE_BUSY;
            ++state.sharedLocks;
            self.lock = SQLITE_LOCK_SHARED;
        }
        if (level >= SQLITE_LOCK_RESERVED) {
            if (foreign(state.reserved) || foreign(state.pending) || foreign(state.exclusive))
                return SQLITE_BUSY;
            state.reserved = f;
            self.lock = std::max(self.lock, SQLITE_LOCK_RESERVED);
        }
        if (level == SQLITE_LOCK_EXCLUSIVE) {
            state.pending = f;
            self.lock = SQLITE_LOCK_PENDING;
            if (state.sharedLocks > 1)
                return SQLITE_BUSY;
            state.exclusive = f;
            self.lock = SQLITE_LOCK_EXCLUSIVE;
        }
        return SQLITE_OK;
    }

    static int unlock(sqlite3_file *f, int level) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        CrashDisk::FileState &state = self.state();
        if (self.lock <= level)
            return SQLITE_OK;
        for (const void **holder : {&state.reserved, &state.pending, &state.exclusive})
            if (*holder == f)
                *holder = nullptr;
        if (level == SQLITE_LOCK_NONE)
            --state.sharedLocks;
        self.lock = level;
        return SQLITE_OK;
    }

    static int checkReserved(sqlite3_file *f, int *result) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        *result = self.state().reserved != nullptr;
        return SQLITE_OK;
    }

    static int control(sqlite3_file *, int, void *) { return SQLITE_NOTFOUND; }
    static int sectorSize(sqlite3_file *) { return CrashDisk::kSector; }
    static int characteristics(sqlite3_file *) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static int shmMap(sqlite3_file *f, int region, int size, int extend, void volatile **memory) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        CrashDisk::FileState &state = self.state();
        *memory = nullptr;
        if (size != static_cast<int>(CrashDisk::kShmRegion))
            return SQLITE_IOERR_SHMSIZE;
        if (!std::exchange(self.usesShm, true))
            ++state.shmUsers;
        while (extend && state.shm.size() <= static_cast<size_t>(region))
            state.shm.push_back(std::make_unique<std::array<char, CrashDisk::kShmRegion>>());
        if (static_cast<size_t>(region) < state.shm.size())
            *memory = state.shm[static_cast<size_t>(region)]->data();
        return SQLITE_OK;
    }

    static int shmLock(sqlite3_file *f, int offset, int count, int flags) {
        CrashFile &self = of(f);
        const std::lock_guard guard(self.disk->m_mutex);
        CrashDisk::FileState &state = self.state();
        const bool shared = flags & SQLITE_SHM_SHARED;
        uint8_t &mine = shared ? self.shmShared : self.shmExclusive;
        const auto from = static_cast<size_t>(offset), to = static_cast<size_t>(offset + count);
        if (flags & SQLITE_SHM_LOCK)
            for (size_t slot = from; slot < to; ++slot) {
                if (mine & (1u << slot))
                    continue;
                const bool taken = state.shmExclusive[slot] || (!shared && state.shmShared[slot] > 0);
                if (taken)
                    return SQLITE_BUSY;
            }
        for (size_t slot = from; slot < to; ++slot) {
            const auto bit = static_cast<uint8_t>(1u << slot);
            const bool held = mine & bit;
            const bool wanted = flags & SQLITE_SHM_LOCK;
            if (held == wanted)
                continue;
            if (shared)
                state.shmShared[slot] += wanted ? 1 : -1;
            else
                state.shmExclusive[slot] = wanted ? f : nullptr;
            mine = static_cast<uint8_t>(wanted ? mine | bit : mine & ~bit);
        }
        return SQLITE_OK;
    }

    static void shmBarrier(sqlite3_file *) { std::atomic_thread_fence(std::memory_order_seq_cst); }

    static int shmUnmap(sqlite3_file *f, int) {
        CrashFile &self = of(f);
        shmLock(f, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
        shmLock(f, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
        const std::lock_guard guard(self.disk->m_mutex);
        if (std::exchange(self.usesShm, false) && --self.state().shmUsers == 0)
            self.state().shm.clear();
        return SQLITE_OK;
    }
};

namespace {

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = CrashFile::close,
    .xRead = CrashFile::read,
    .xWrite = CrashFile::write,
    .xTruncate = CrashFile::truncate,
    .xSync = CrashFile::sync,
    .xFileSize = CrashFile::fileSize,
    .xLock = CrashFile::lockFile,
    .xUnlock = CrashFile::unlock,
    .xCheckReservedLock = CrashFile::checkReserved,
    .xFileControl = CrashFile::control,
    .xSectorSize = CrashFile::sectorSize,
    .xDeviceCharacteristics = CrashFile::characteristics,
    .xShmMap = CrashFile::shmMap,
    .xShmLock = CrashFile::shmLock,
    .xShmBarrier = CrashFile::shmBarrier,
    .xShmUnmap = CrashFile::shmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

std::atomic<int> s_disks = 0;

sqlite3_vfs *platform() {
    return sqlite3_vfs_find(nullptr);
}

} // namespace

struct CrashVfs {
    static CrashDisk &of(sqlite3_vfs *vfs) { return *static_cast<CrashDisk *>(vfs->pAppData); }

    static int open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *outFlags) {
        CrashDisk &disk = of(vfs);
        f->pMethods = nullptr;
        const std::lock_guard guard(disk.m_mutex);
        if (disk.m_powerless)
            return SQLITE_CANTOPEN;
        CrashDisk::File file;
        if (name) {
            CrashDisk::File &entry = disk.m_files[name];
            if (!entry || entry->deleted) {
                if (!(flags & SQLITE_OPEN_CREATE))
                    return SQLITE_CANTOPEN;
                if (disk.m_full)
                    return SQLITE_FULL;
                entry = std::make_shared<CrashDisk::FileState>();
            }
            file = entry;
        } else {
            file = std::make_shared<CrashDisk::FileState>();
        }
        CrashFile &self = CrashFile::of(f);
        self = {};
        self.base.pMethods = &kMethods;
        self.disk = &disk;
        self.file = new CrashDisk::File(std::move(file));
        self.flags = flags;
        if (outFlags)
            *outFlags = flags;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs *vfs, const char *name, int syncFolder) {
        CrashDisk &disk = of(vfs);
        const std::lock_guard guard(disk.m_mutex);
        if (!disk.operate())
            return SQLITE_IOERR_DELETE;
        auto found = disk.m_files.find(name);
        if (found == disk.m_files.end() || found->second->deleted)
            return SQLITE_IOERR_DELETE_NOENT;
        // An entry whose removal was not synced is there again after a power cut.
        found->second->deleted = true;
        if (syncFolder)
            disk.syncFolder();
        return SQLITE_OK;
    }

    static int access(sqlite3_vfs *vfs, const char *name, int, int *result) {
        CrashDisk &disk = of(vfs);
        const std::lock_guard guard(disk.m_mutex);
        auto found = disk.m_files.find(name);
        *result = found != disk.m_files.end() && !found->second->deleted;
        return SQLITE_OK;
    }

    static int fullPathname(sqlite3_vfs *, const char *name, int size, char *out) {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    }

    static int randomness(sqlite3_vfs *, int size, char *out) { return platform()->xRandomness(platform(), size, out); }
    static int sleep(sqlite3_vfs *, int microseconds) { return platform()->xSleep(platform(), microseconds); }
    static int currentTime(sqlite3_vfs *, double *out) { return platform()->xCurrentTime(platform(), out); }
    static int lastError(sqlite3_vfs *, int, char *) { return 0; }
};

CrashDisk::CrashDisk() : m_name("crash-disk-" + std::to_string(++s_disks)), m_vfs(std::make_unique<sqlite3_vfs>()) {
    *m_vfs = {};
    m_vfs->iVersion = 1;
    m_vfs->szOsFile = sizeof(CrashFile);
    m_vfs->mxPathname = 512;
    m_vfs->zName = m_name.c_str();
    m_vfs->pAppData = this;
    m_vfs->xOpen = CrashVfs::open;
    m_vfs->xDelete = CrashVfs::remove;
    m_vfs->xAccess = CrashVfs::access;
    m_vfs->xFullPathname = CrashVfs::fullPathname;
    m_vfs->xRandomness = CrashVfs::randomness;
    m_vfs->xSleep = CrashVfs::sleep;
    m_vfs->xCurrentTime = CrashVfs::currentTime;
    m_vfs->xGetLastError = CrashVfs::lastError;
    sqlite3_vfs_register(m_vfs.get(), 0);
}

CrashDisk::~CrashDisk() {
    sqlite3_vfs_unregister(m_vfs.get());
}

void CrashDisk::syncFolder() {
    std::erase_if(m_files, [](const auto &entry) { return entry.second->deleted; });
    for (auto &[name, file] : m_files)
        file->onDisk = true;
}

bool CrashDisk::operate() {
    if (m_cutAt >= 0 && m_operations >= m_cutAt)
        m_powerless = true;
    if (!m_powerless)
        ++m_operations;
    return !m_powerless;
}

void CrashDisk::cutPowerAfter(int64_t operations) {
    const std::lock_guard guard(m_mutex);
    m_cutAt = m_operations + operations;
}

bool CrashDisk::powerless() const {
    const std::lock_guard guard(m_mutex);
    return m_powerless;
}

int64_t CrashDisk::operations() const {
    const std::lock_guard guard(m_mutex);
    return m_operations;
}

void CrashDisk::setFull(bool full) {
    const std::lock_guard guard(m_mutex);
    m_full = full;
}

void CrashDisk::setBroken(bool writes, bool syncs) {
    const std::lock_guard guard(m_mutex);
    m_brokenWrites = writes;
    m_brokenSyncs = syncs;
}

int64_t CrashDisk::largestSize(const std::string &path) const {
    const std::lock_guard guard(m_mutex);
    auto found = m_files.find(path);
    return found == m_files.end() ? 0 : static_cast<int64_t>(found->second->largest);
}

int64_t CrashDisk::size(const std::string &path) const {
    const std::lock_guard guard(m_mutex);
    auto found = m_files.find(path);
    return found == m_files.end() ? 0 : static_cast<int64_t>(found->second->current.size());
}

void CrashDisk::apply(std::string &content, const Change &change) {
    if (change.truncate) {
        if (change.offset < content.size())
            content.resize(change.offset);
        return;
    }
    if (content.size() < change.offset + change.data.size())
        content.resize(change.offset + change.data.size());
    content.replace(change.offset, change.data.size(), change.data);
}

void CrashDisk::applyPartly(std::string &content, const Change &change, std::mt19937_64 &random) {
    if (change.truncate) {
        if (random() % 2)
            apply(content, change);
        return;
    }
    // Sectors are written whole or not at all, each for itself.
    for (size_t at = 0; at < change.data.size();) {
        const size_t length = std::min(kSector - (change.offset + at) % kSector, change.data.size() - at);
        if (random() % 2)
            apply(content, {false, change.offset + at, change.data.substr(at, length)});
        at += length;
    }
}

void CrashDisk::powerOn(Lost lost, uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::lock_guard guard(m_mutex);
    for (auto entry = m_files.begin(); entry != m_files.end();) {
        FileState &old = *entry->second;
        const bool neverThere = !old.onDisk && (lost == Lost::Everything || (lost == Lost::Some && random() % 2));
        const bool deleted =
            old.deleted && (lost == Lost::Nothing || !old.onDisk || (lost == Lost::Some && random() % 2));
        if (neverThere || deleted) {
            entry = m_files.erase(entry);
            continue;
        }
        auto fresh = std::make_shared<FileState>();
        fresh->durable = std::move(old.durable);
        for (const Change &change : old.unsynced) {
            if (lost == Lost::Nothing)
                apply(fresh->durable, change);
            else if (lost == Lost::Some)
                applyPartly(fresh->durable, change, random);
        }
        fresh->current = fresh->durable;
        fresh->onDisk = true;
        fresh->largest = old.largest;
        entry->second = std::move(fresh);
        ++entry;
    }
    m_powerless = false;
    m_cutAt = -1;
}

} // namespace coracle::datastore::testing
