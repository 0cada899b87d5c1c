#include "clusterd/kubelet/volumes/project_quota.h"

#include "clusterd/kubelet/volumes/descriptor.h"

#include <cerrno>
#include <fmt/format.h>
#include <functional>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/quota.h>
#include <sys/ioctl.h>

namespace coracle::kubelet {

namespace {

// Clear of the small numbers that people give to projects of their own in /etc/projid.
constexpr uint32_t kProjectFirst = 1u << 20, kProjectCount = 1u << 30;
constexpr int kAttempts = 64;
constexpr uint64_t kBlockBytes = 512;

int control(int fd, int command, uint32_t project, void *data) {
    return static_cast<int>(::syscall(SYS_quotactl_fd, fd, QCMD(command, PRJQUOTA), project, data));
}

bool isEnforced(int fd) {
    fs_quota_stat state{};
    return control(fd, Q_XGETQSTAT, 0, &state) == 0 && (state.qs_flags & FS_QUOTA_PDQ_ENFD);
}

Descriptor open(const std::filesystem::path &directory) {
    return Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Nobody uses or limits the project.
bool isFree(int fd, uint32_t project) {
    fs_disk_quota quota{};
    if (control(fd, Q_XGETQUOTA, project, &quota) != 0)
        return errno == ENOENT;
    return quota.d_bcount == 0 && quota.d_icount == 0 && quota.d_blk_hardlimit == 0;
}

Result<uint32_t> projectOf(int fd, const std::filesystem::path &directory) {
    fsxattr attributes{};
    if (::ioctl(fd, FS_IOC_FSGETXATTR, &attributes) != 0)
        return errors::fromErrno(fmt::format("cannot read the project of {}", directory.string()), errno);
    if (attributes.fsx_projid >= kProjectFirst)
        return attributes.fsx_projid;
    const size_t start = std::hash<std::string>()(directory.filename().string());
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto project = static_cast<uint32_t>(kProjectFirst + (start + attempt) % kProjectCount);
        if (!isFree(fd, project))
            continue;
        attributes.fsx_projid = project;
        attributes.fsx_xflags |= FS_XFLAG_PROJINHERIT;
        if (::ioctl(fd, FS_IOC_FSSETXATTR, &attributes) != 0)
            return errors::fromErrno(fmt::format("cannot set the project of {}", directory.string()), errno);
        return project;
    }
    return errors::other(fmt::format("no project quota is free for {}", directory.string()));
}

Result<> setLimit(int fd, uint32_t project, uint64_t bytesMax) {
    fs_disk_quota quota{};
    quota.d_version = FS_DQUOT_VERSION;
    quota.d_flags = FS_PROJ_QUOTA;
    quota.d_fieldmask = FS_DQ_BHARD | FS_DQ_BSOFT;
    quota.d_id = project;
    quota.d_blk_hardlimit = (bytesMax + kBlockBytes - 1) / kBlockBytes;
    quota.d_blk_softlimit = quota.d_blk_hardlimit;
    if (control(fd, Q_XSETQLIM, project, &quota) != 0)
        return errors::fromErrno(fmt::format("cannot set the quota of project {}", project), errno);
    return {};
}

class ProjectQuota final : public DirectoryQuota {
public:
    Result<bool> limit(const std::filesystem::path &directory, uint64_t bytesMax) override {
        const Descriptor fd = open(directory);
        if (!fd)
            return errors::fromErrno(fmt::format("cannot open {}", directory.string()), errno);
        if (!isEnforced(fd.get()))
            return false;
        TRY(const uint32_t project, projectOf(fd.get(), directory));
        CHECK(setLimit(fd.get(), project, bytesMax));
        return true;
    }

    Result<> lift(const std::filesystem::path &directory) override {
        const Descriptor fd = open(directory);
        fsxattr attributes{};
        if (!fd || !isEnforced(fd.get()) || ::ioctl(fd.get(), FS_IOC_FSGETXATTR, &attributes) != 0 ||
            attributes.fsx_projid < kProjectFirst)
            return {};
        return setLimit(fd.get(), attributes.fsx_projid, 0);
    }
};

} // namespace

DirectoryQuota &projectQuota() {
    static ProjectQuota quota;
    return quota;
}

} // namespace coracle::kubelet
