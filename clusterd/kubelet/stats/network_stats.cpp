#include "clusterd/kubelet/stats/network_stats.h"

#include <algorithm>
#include <sstream>

namespace coracle::kubelet {

std::vector<InterfaceStats> parseNetDev(std::string_view text, std::string_view first) {
    std::vector<InterfaceStats> interfaces;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const size_t colon = line.find(':');
        if (colon == line.npos)
            continue; // the two lines of headings
        InterfaceStats entry;
        entry.name = line.substr(std::min(line.find_first_not_of(' '), colon), std::string::npos);
        entry.name.resize(std::min(entry.name.find(':'), entry.name.size()));
        std::istringstream words(line.substr(colon + 1));
        uint64_t other = 0;
        words >> entry.rxBytes >> other >> entry.rxErrors;
        for (int skipped = 0; skipped < 5; ++skipped) // drop, fifo, frame, compressed, multicast
            words >> other;
        words >> entry.txBytes >> other >> entry.txErrors;
        if (words && entry.name != "lo")
            interfaces.push_back(std::move(entry));
    }
    std::ranges::stable_partition(interfaces, [&](const InterfaceStats &entry) { return entry.name == first; });
    return interfaces;
}

std::string defaultInterface(std::string_view routes) {
    std::istringstream lines{std::string(routes)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name, destination, gateway, flags, mask;
        std::string other;
        words >> name >> destination >> gateway >> flags >> other >> other >> other >> mask;
        if (words && destination == "00000000" && mask == "00000000")
            return name;
    }
    return {};
}

} // namespace coracle::kubelet
