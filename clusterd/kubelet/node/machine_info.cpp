#include "clusterd/kubelet/node/machine_info.h"

#include "core/base/files.h"

#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sstream>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

std::string firstLine(const fs::path &path) {
    auto text = readFile(path, 4096);
    std::string line = text.value_or("");
    line.resize(std::min(line.find('\n'), line.size()));
    return line;
}

int64_t number(const std::string &text) {
    int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "MemAvailable:   123 kB"
uint64_t memInfo(std::string_view key) {
    auto text = readFile("/proc/meminfo", 1 << 16);
    std::istringstream lines(text.value_or(""));
    std::string name;
    uint64_t value = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        if (words >> name >> value && name == key)
            return value * 1024;
    }
    return 0;
}

std::string osName() {
    auto text = readFile("/etc/os-release", 1 << 16);
    std::istringstream lines(text.value_or(""));
    constexpr std::string_view key = "PRETTY_NAME=";
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(key)) {
            std::string name = line.substr(key.size());
            std::erase(name, '"');
            return name;
        }
    return "Linux";
}

std::string goArchitecture(std::string_view machine) {
    if (machine == "x86_64")
        return "amd64";
    if (machine == "aarch64")
        return "arm64";
    if (machine.starts_with("arm"))
        return "arm";
    return std::string(machine);
}

/// The address that the kernel would use towards a far-away one; nothing is sent.
std::string sourceAddress(int family, const char *towards) {
    int fd = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return {};
    sockaddr_storage address{};
    socklen_t length = sizeof(sockaddr_in);
    char text[INET6_ADDRSTRLEN] = {};
    if (family == AF_INET) {
        auto &in = reinterpret_cast<sockaddr_in &>(address);
        in.sin_family = AF_INET;
        in.sin_port = htons(9);
        ::inet_pton(AF_INET, towards, &in.sin_addr);
    } else {
        auto &in = reinterpret_cast<sockaddr_in6 &>(address);
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(9);
        ::inet_pton(AF_INET6, towards, &in.sin6_addr);
        length = sizeof(sockaddr_in6);
    }
    if (::connect(fd, reinterpret_cast<sockaddr *>(&address), length) == 0 &&
        ::getsockname(fd, reinterpret_cast<sockaddr *>(&address), &length) == 0) {
        const void *raw = family == AF_INET
                              ? static_cast<const void *>(&reinterpret_cast<sockaddr_in &>(address).sin_addr)
                              : static_cast<const void *>(&reinterpret_cast<sockaddr_in6 &>(address).sin6_addr);
        ::inet_ntop(family, raw, text, sizeof text);
    }
    ::close(fd);
    return text;
}

std::string anyAddress() {
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return "127.0.0.1";
    std::string found = "127.0.0.1";
    for (auto *entry = list; entry; entry = entry->ifa_next)
        if (entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET && !(entry->ifa_flags & IFF_LOOPBACK) &&
            (entry->ifa_flags & IFF_UP)) {
            char text[INET_ADDRSTRLEN] = {};
            ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in *>(entry->ifa_addr)->sin_addr, text, sizeof text);
            found = text;
            break;
        }
    ::freeifaddrs(list);
    return found;
}

} // namespace

MachineInfo readMachineInfo() {
    MachineInfo info;
    info.cpus = std::max(get_nprocs(), 1);
    info.memoryBytes = static_cast<int64_t>(memInfo("MemTotal:"));
    std::error_code error;
    for (const auto &entry : fs::directory_iterator("/sys/kernel/mm/hugepages", error)) {
        // "hugepages-2048kB"
        std::string name = entry.path().filename();
        int64_t kibibytes = number(name.substr(std::min<size_t>(name.find('-') + 1, name.size())));
        if (kibibytes <= 0)
            continue;
        std::string size = kibibytes >= 1 << 20 ? fmt::format("{}Gi", kibibytes >> 20)
                           : kibibytes >= 1024  ? fmt::format("{}Mi", kibibytes >> 10)
                                                : fmt::format("{}Ki", kibibytes);
        info.hugepagesBytes[size] = number(firstLine(entry.path() / "nr_hugepages")) * kibibytes * 1024;
    }
    info.machineId = firstLine("/etc/machine-id");
    info.systemUuid = firstLine("/sys/class/dmi/id/product_uuid");
    if (info.systemUuid.empty())
        info.systemUuid = info.machineId;
    info.bootId = firstLine("/proc/sys/kernel/random/boot_id");
    utsname names{};
    ::uname(&names);
    info.kernelVersion = names.release;
    info.architecture = goArchitecture(names.machine);
    info.osImage = osName();
    return info;
}

DiskUsage diskUsage(const fs::path &path) {
    struct statvfs info{};
    if (::statvfs(path.c_str(), &info) != 0)
        return {};
    return {.capacityBytes = info.f_blocks * info.f_frsize,
            .availableBytes = info.f_bavail * info.f_frsize,
            .inodes = info.f_files,
            .inodesFree = info.f_favail};
}

MemoryUsage memoryUsage() {
    return {memInfo("MemTotal:"), memInfo("MemAvailable:")};
}

PidUsage pidUsage() {
    struct sysinfo info{};
    ::sysinfo(&info);
    return {info.procs, number(firstLine("/proc/sys/kernel/pid_max"))};
}

std::vector<std::string> defaultAddresses() {
    // Documentation addresses (RFC 5737, RFC 3849): only the routing table is asked.
    std::vector<std::string> addresses;
    if (auto address = sourceAddress(AF_INET, "192.0.2.1"); !address.empty())
        addresses.push_back(address);
    if (auto address = sourceAddress(AF_INET6, "2001:db8::1"); !address.empty())
        addresses.push_back(address);
    if (addresses.empty())
        addresses.push_back(anyAddress());
    return addresses;
}

} // namespace coracle::kubelet
