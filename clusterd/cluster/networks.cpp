#include "clusterd/cluster/networks.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sstream>
#include <sys/file.h>
#include <unistd.h>

namespace coracle::cluster {

namespace fs = std::filesystem;
using config::Cidr;

namespace {

constexpr int kFirstPair = 42, kLastPair = 254;
constexpr const char *kRegistry = "/run/clusterd-networks";

struct Pair {
    Cidr pods, services;
    bool overlaps(const Pair &other) const {
        return pods.overlaps(other.pods) || pods.overlaps(other.services) || services.overlaps(other.pods) ||
               services.overlaps(other.services);
    }
    std::string text() const { return fmt::format("{} {}\n", pods.text(), services.text()); }
};

std::optional<Pair> parsePair(const std::string &text) {
    std::istringstream words(text);
    std::string pods, services;
    words >> pods >> services;
    auto first = Cidr::parse(pods), second = Cidr::parse(services);
    if (!first || !second)
        return std::nullopt;
    return Pair{*first, *second};
}

/// Two clusters that start at the same time choose one after the other.
class RegistryLock {
public:
    explicit RegistryLock(const fs::path &folder) : m_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (m_fd >= 0)
            ::flock(m_fd, LOCK_EX);
    }
    RegistryLock(const RegistryLock &) = delete;
    RegistryLock &operator=(const RegistryLock &) = delete;
    ~RegistryLock() {
        if (m_fd >= 0)
            ::close(m_fd);
    }

private:
    int m_fd;
};

/// What the machine's other clusters have. A file's second line is its cluster's data folder; where that is gone, the
/// cluster is.
std::vector<Pair> takenByOthers(const fs::path &registry, const std::string &own) {
    std::vector<Pair> taken;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(registry, error)) {
        auto text = readFile(entry.path(), 4096);
        auto pair = text ? parsePair(*text) : std::nullopt;
        if (!pair || entry.path().filename() == own)
            continue;
        std::string folder = text->substr(text->find('\n') + 1);
        folder.erase(folder.find_last_not_of('\n') + 1);
        if (fs::exists(folder, error))
            taken.push_back(*pair);
    }
    return taken;
}

Result<Pair> firstFree(const std::vector<Pair> &taken, const std::set<std::string> &localAddresses) {
    for (int octet = kFirstPair; octet < kLastPair; octet += 2) {
        const Pair pair{*Cidr::parse(fmt::format("10.{}.0.0/16", octet)),
                        *Cidr::parse(fmt::format("10.{}.0.0/16", octet + 1))};
        const bool local = std::ranges::any_of(localAddresses, [&](const std::string &text) {
            auto address = config::Address::parse(text);
            return address && (pair.pods.contains(*address) || pair.services.contains(*address));
        });
        if (!local && std::ranges::none_of(taken, [&](const Pair &other) { return pair.overlaps(other); }))
            return pair;
    }
    return errors::other("no free networks for pods and services; name some by --cluster-cidr and --service-cidr");
}

std::set<std::string> interfaceAddresses() {
    std::set<std::string> texts;
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return texts;
    for (const ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET)
            continue;
        char text[INET_ADDRSTRLEN];
        const auto *address = reinterpret_cast<const sockaddr_in *>(entry->ifa_addr);
        texts.insert(::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text));
    }
    ::freeifaddrs(list);
    return texts;
}

std::string nameOf(const Paths &paths) {
    return paths.instance.isDefault() ? "default" : paths.instance.id();
}

void use(const Pair &pair, config::ServerConfig &config) {
    config.clusterCidrs = {pair.pods};
    config.serviceCidrs = {pair.services};
    if (!config.clusterDnsConfigured)
        config.clusterDns = {pair.services.at(10)};
}

} // namespace

Result<> chooseNetworks(const Paths &paths, config::ServerConfig &config, const fs::path &registry,
                        const std::set<std::string> &localAddresses) {
    CHECK(makeFolder(registry));
    const RegistryLock lock(registry);
    const std::string own = nameOf(paths);
    const fs::path memory = paths.server() / "networks";
    if (!config.networksConfigured && !paths.instance.isDefault() && !config.clusterCidrs[0].isV6()) {
        auto text = readFile(memory, 4096);
        auto pair = text ? parsePair(*text) : std::nullopt;
        if (!pair) {
            TRY(pair, firstFree(takenByOthers(registry, own), localAddresses));
            CHECK(makeFolder(paths.server(), 0700));
            CHECK(writeFileAtomic(memory, pair->text(), 0644));
        }
        use(*pair, config);
    }
    const Pair chosen{config.clusterCidrs[0], config.serviceCidrs[0]};
    for (const Pair &other : takenByOthers(registry, own))
        if (chosen.overlaps(other))
            log::warning("cluster",
                         "another cluster on this machine has the networks {} and {}: their pods cannot be "
                         "told apart; choose others by --cluster-cidr and --service-cidr",
                         other.pods.text(), other.services.text());
    return writeFileAtomic(registry / own, chosen.text() + paths.data.string() + "\n", 0644);
}

Result<> chooseNetworks(const Paths &paths, config::ServerConfig &config) {
    return chooseNetworks(paths, config, kRegistry, interfaceAddresses());
}

std::optional<std::string> knownClusterDns(const Paths &paths) {
    auto text = readFile(fs::path(kRegistry) / nameOf(paths), 4096);
    auto pair = text ? parsePair(*text) : std::nullopt;
    return pair ? std::optional(pair->services.at(10).text()) : std::nullopt;
}

} // namespace coracle::cluster
