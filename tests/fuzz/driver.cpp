/// Runs a fuzz entry point without libFuzzer: over its corpus, and over mutations that are the same in every run.
///
///     fuzz_<name> <corpus folder> [<mutations>]
///     fuzz_<name> <file>
///
/// When the entry point ends the process, the input is in the file fuzz_crash of the current folder.
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

constexpr size_t kInputBytesMax = 64 << 10;

std::string_view g_input; ///< for the signal handler

void saveInput(int signal) {
    const int file = ::open("fuzz_crash", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || ::write(file, g_input.data(), g_input.size()) < 0)
        ::_exit(127);
    constexpr std::string_view kText = "the input is in fuzz_crash\n";
    if (::write(STDERR_FILENO, kText.data(), kText.size()) < 0)
        ::_exit(127);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const std::string &input) {
    // Memory of exactly this size, so that a sanitizer sees the first byte that is read too far.
    const auto bytes = std::make_unique<uint8_t[]>(input.size());
    if (!input.empty())
        std::memcpy(bytes.get(), input.data(), input.size());
    g_input = input;
    LLVMFuzzerTestOneInput(bytes.get(), input.size());
}

class Mutator {
public:
    explicit Mutator(const std::vector<std::string> &seeds) : m_seeds(seeds) {}

    std::string next() {
        std::string text = m_seeds[below(m_seeds.size())];
        for (size_t left = 1 + below(4); left > 0; --left)
            mutate(text);
        text.resize(std::min(text.size(), kInputBytesMax));
        return text;
    }

private:
    size_t below(size_t limit) { return limit == 0 ? 0 : m_random() % limit; }

    /// What parsers tend to treat in a special way.
    char interestingByte() {
        constexpr std::string_view kBytes("\0\x01\x7f\x80\xff\n\r\t \"\\{}[]:,.-+/%&=*#!~$019eE", 33);
        return below(2) == 0 ? kBytes[below(kBytes.size())] : char(m_random());
    }

    void mutate(std::string &text) {
        const size_t at = below(text.size() + 1), length = below(std::min<size_t>(text.size() - at, 32) + 1);
        const std::string &other = m_seeds[below(m_seeds.size())];
        const size_t from = below(other.size() + 1);
        constexpr std::array kNumbers{"-1", "9223372036854775808", "1e400", "-0.0", "4294967296", "null", "\xc3\x28"};
        switch (below(8)) {
        case 0:
            return void(text.erase(at, length));
        case 1:
            return void(text.insert(at, 1, interestingByte()));
        case 2:
            return void(text.insert(at, text.substr(at, length)));
        case 3:
            return void(text.insert(at, kNumbers[below(kNumbers.size())]));
        case 4:
            return void(text.replace(at, length, other, from, below(64)));
        case 5:
            return text.resize(at);
        case 6:
            if (at < text.size())
                text[at] = char(text[at] ^ (1 << below(8)));
            return;
        default:
            if (at < text.size())
                text[at] = interestingByte();
        }
    }

    const std::vector<std::string> &m_seeds;
    std::mt19937_64 m_random; ///< seeded with its standard constant
};

std::vector<std::string> readSeeds(const std::filesystem::path &path) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(path))
        for (const auto &entry : std::filesystem::directory_iterator(path))
            files.push_back(entry.path());
    else
        files.push_back(path);
    std::ranges::sort(files);
    std::vector<std::string> seeds;
    for (const auto &file : files) {
        std::ifstream in(file, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return seeds;
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s <corpus folder or file> [<mutations>]\n", argv[0]);
        return 2;
    }
    for (int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS})
        std::signal(signal, saveInput);
    const std::vector<std::string> seeds = readSeeds(argv[1]);
    if (seeds.empty()) {
        std::fprintf(stderr, "%s: the corpus is empty\n", argv[1]);
        return 2;
    }
    for (const std::string &seed : seeds)
        run(seed);
    const long mutations = argc > 2 ? std::atol(argv[2]) : 0;
    Mutator mutator(seeds);
    for (long i = 0; i < mutations; ++i)
        run(mutator.next());
    std::printf("%zu seeds, %ld mutations\n", seeds.size(), mutations);
    return 0;
}
