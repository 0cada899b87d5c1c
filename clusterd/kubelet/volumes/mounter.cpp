#include "clusterd/kubelet/volumes/mounter.h"

#include "core/base/files.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <sstream>
#include <sys/mount.h>

namespace coracle::kubelet {

namespace {

constexpr size_t kMountInfoBytesMax = 64u << 20;

/// mountinfo writes blanks and backslashes as three octal digits.
std::string unescaped(const std::string &text) {
    std::string result;
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\\' && i + 3 < text.size()) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    return result;
}

struct MountFlag {
    std::string_view name;
    unsigned long set, cleared;
};
/// mount(8)'s words for flags; other words are the file system's own.
constexpr MountFlag kMountFlags[] = {
    {"defaults", 0, 0},
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"noexec", MS_NOEXEC, 0},
    {"exec", 0, MS_NOEXEC},
    {"nosuid", MS_NOSUID, 0},
    {"suid", 0, MS_NOSUID},
    {"nodev", MS_NODEV, 0},
    {"dev", 0, MS_NODEV},
    {"sync", MS_SYNCHRONOUS, 0},
    {"async", 0, MS_SYNCHRONOUS},
    {"dirsync", MS_DIRSYNC, 0},
    {"noatime", MS_NOATIME, 0},
    {"atime", 0, MS_NOATIME},
    {"nodiratime", MS_NODIRATIME, 0},
    {"relatime", MS_RELATIME, 0},
    {"strictatime", MS_STRICTATIME, 0},
    {"lazytime", MS_LAZYTIME, 0},
};

struct MountArguments {
    unsigned long flags = 0;
    std::string data;
};

MountArguments mountArguments(const std::vector<std::string> &options) {
    MountArguments arguments;
    for (const std::string &option : options) {
        const auto *flag = std::ranges::find(kMountFlags, option, &MountFlag::name);
        if (flag != std::end(kMountFlags))
            arguments.flags = (arguments.flags & ~flag->cleared) | flag->set;
        else
            (arguments.data += arguments.data.empty() ? "" : ",") += option;
    }
    return arguments;
}

class SystemMounter final : public Mounter {
public:
    Result<> mountTmpfs(const std::filesystem::path &target, uint64_t bytesMax) override {
        if (mounted(target))
            return {};
        std::string options = bytesMax > 0 ? fmt::format("mode=0777,size={}", bytesMax) : "mode=0777";
        if (::mount("tmpfs", target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
            return errors::fromErrno(fmt::format("cannot mount tmpfs at {}", target.string()), errno);
        return {};
    }

    Result<> bind(const std::filesystem::path &source, const std::filesystem::path &target) override {
        if (mounted(target))
            return {};
        if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
            return errors::fromErrno(fmt::format("cannot bind {} at {}", source.string(), target.string()), errno);
        return {};
    }

    Result<> mountDevice(const DeviceMount &mount, const std::filesystem::path &target) override {
        if (mounted(target))
            return {};
        MountArguments arguments = mountArguments(mount.options);
        if (mount.readOnly)
            arguments.flags |= MS_RDONLY;
        if (::mount(mount.device.c_str(), target.c_str(), mount.fsType.c_str(), arguments.flags,
                    arguments.data.c_str()) == 0)
            return {};
        const int why = errno;
        const std::string what = fmt::format("cannot mount {} as {}", mount.device, mount.fsType);
        if (why == EINVAL)
            return errors::other(fmt::format("{}: it holds no such file system (mkfs.{} makes one), or an option of "
                                             "\"{}\" is wrong",
                                             what, mount.fsType, arguments.data));
        return errors::fromErrno(what, why);
    }

    Result<> unmount(const std::filesystem::path &target) override {
        if (::umount2(target.c_str(), UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
            return {};
        // Somebody still has files open: the mount goes away with the last one.
        if (errno == EBUSY && ::umount2(target.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
            return {};
        return errors::fromErrno(fmt::format("cannot unmount {}", target.string()), errno);
    }

    Result<std::vector<std::filesystem::path>> mountsBelow(const std::filesystem::path &folder) const override {
        TRY(auto text, readFile("/proc/self/mountinfo", kMountInfoBytesMax));
        std::vector<std::filesystem::path> found;
        std::istringstream lines(text);
        std::string prefix = folder.string() + "/";
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string id, parent, device, root, target;
            words >> id >> parent >> device >> root >> target;
            target = unescaped(target);
            if (target == folder.string() || target.starts_with(prefix))
                found.emplace_back(target);
        }
        std::ranges::reverse(found); // later mounts lie on top of earlier ones
        return found;
    }

private:
    bool mounted(const std::filesystem::path &target) const {
        auto mounts = mountsBelow(target);
        return mounts && std::ranges::find(*mounts, target) != mounts->end();
    }
};

} // namespace

Mounter &systemMounter() {
    static SystemMounter mounter;
    return mounter;
}

} // namespace coracle::kubelet
