#include "clusterd/appliance/machine.h"

#include "core/base/files.h"

#include <algorithm>
#include <arpa/inet.h>
#include <climits>
#include <cstdlib>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <map>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace coracle::appliance {

namespace {

/// Beginnings of the names of links that clusters make.
constexpr std::string_view kMadeByClusters[] = {"cni", "cnr", "veth", "flannel", "nodelocaldns", "kube-"};

int prefixLength(const uint8_t *mask, size_t bytes) {
    int bits = 0;
    for (size_t i = 0; i < bytes; ++i)
        bits += __builtin_popcount(mask[i]);
    return bits;
}

std::string addressText(const ifaddrs &entry) {
    char text[INET6_ADDRSTRLEN];
    if (entry.ifa_addr->sa_family == AF_INET) {
        const auto *address = reinterpret_cast<const sockaddr_in *>(entry.ifa_addr);
        const auto *mask = reinterpret_cast<const sockaddr_in *>(entry.ifa_netmask);
        ::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
        return fmt::format("{}/{}", text, prefixLength(reinterpret_cast<const uint8_t *>(&mask->sin_addr), 4));
    }
    const auto *address = reinterpret_cast<const sockaddr_in6 *>(entry.ifa_addr);
    const auto *mask = reinterpret_cast<const sockaddr_in6 *>(entry.ifa_netmask);
    ::inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof text);
    return fmt::format("{}/{}", text, prefixLength(mask->sin6_addr.s6_addr, 16));
}

bool isOurs(const ifaddrs &entry) {
    const std::string_view name = entry.ifa_name;
    return !(entry.ifa_flags & IFF_LOOPBACK) &&
           std::ranges::none_of(kMadeByClusters, [&](std::string_view begin) { return name.starts_with(begin); });
}

} // namespace

std::vector<NetworkLink> networkLinks() {
    ifaddrs *all = nullptr;
    if (::getifaddrs(&all) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, ::freeifaddrs);
    std::map<std::string, NetworkLink> links;
    for (const ifaddrs *entry = all; entry; entry = entry->ifa_next) {
        if (!isOurs(*entry))
            continue;
        NetworkLink &link = links[entry->ifa_name];
        link.name = entry->ifa_name;
        link.up = (entry->ifa_flags & IFF_RUNNING) != 0;
        const int family = entry->ifa_addr ? entry->ifa_addr->sa_family : AF_UNSPEC;
        if (entry->ifa_netmask && (family == AF_INET || family == AF_INET6))
            link.addresses.push_back(addressText(*entry));
    }
    std::vector<NetworkLink> sorted;
    for (auto &[name, link] : links)
        sorted.push_back(std::move(link));
    return sorted;
}

std::vector<config::Cidr> machineNetworks() {
    std::vector<config::Cidr> networks;
    for (const NetworkLink &link : networkLinks())
        for (const std::string &address : link.addresses)
            if (auto network = config::Cidr::parse(address))
                networks.push_back(*network);
    return networks;
}

std::string machineName() {
    char name[HOST_NAME_MAX + 1] = "";
    ::gethostname(name, HOST_NAME_MAX);
    return name;
}

uint64_t ownMemoryBytes() {
    const auto text = readFile("/proc/self/statm", 4096);
    const size_t second = text ? text->find(' ') : std::string::npos;
    return second == std::string::npos
               ? 0
               : std::strtoull(text->c_str() + second, nullptr, 10) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool runsAsService() {
    // Set for every process of a unit; its main one alone leads the notifications.
    return std::getenv("INVOCATION_ID") != nullptr && std::getenv("NOTIFY_SOCKET") != nullptr && ::getppid() == 1;
}

Result<> rebootMachine() {
    const char *arguments[] = {"systemctl", "reboot", nullptr};
    pid_t pid = 0;
    const int failed =
        ::posix_spawnp(&pid, arguments[0], nullptr, nullptr, const_cast<char *const *>(arguments), environ);
    if (failed != 0)
        return errors::fromErrno("cannot run systemctl", failed);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return errors::other("the service manager refused to reboot; see `journalctl -u systemd-logind`");
    return {};
}

} // namespace coracle::appliance
