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
