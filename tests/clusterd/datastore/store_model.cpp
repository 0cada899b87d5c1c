#include "tests/clusterd/datastore/store_model.h"

#include "tests/clusterd/datastore/store_testing.h"

#include <boost/asio/detached.hpp>
#include <fmt/format.h>

namespace coracle::datastore::testing {

namespace asio = boost::asio;

namespace {

constexpr int kKeys = 12;

std::string show(const std::map<std::string, KeyValue> &state) {
    std::string text;
    for (const auto &[key, item] : state)
        text += fmt::format("{}@{}-{}={} ", key, item.createRevision, item.modRevision, item.value.substr(0, 12));
    return text;
}

} // namespace

void StoreModel::acknowledge(Revision revision, Entry entry) {
    m_writes[revision] = std::move(entry);
}

void StoreModel::attempt(Entry entry) {
    m_attempts.insert(std::move(entry));
}

std::map<std::string, KeyValue> StoreModel::stateAt(Revision revision) const {
    std::map<std::string, KeyValue> state;
    for (const auto &[at, entry] : m_writes) {
        if (at > revision)
            break;
        if (entry.deleted) {
            state.erase(entry.key);
            continue;
        }
        auto [item, made] = state.try_emplace(entry.key, KeyValue{.key = entry.key});
        if (made)
            item->second.createRevision = at;
        item->second.modRevision = at;
        item->second.value = entry.value;
    }
    return state;
}

Revision StoreModel::revisionOf(const std::string &key) const {
    for (auto write = m_writes.rbegin(); write != m_writes.rend(); ++write)
        if (write->second.key == key)
            return write->second.deleted ? 0 : write->first;
    return 0;
}

std::string StoreModel::compareLog(Backend &store) {
    const Revision current = store.currentRevision();
    const Revision after = std::max<Revision>(store.compactRevision(), 1);
    if (!m_writes.empty() && m_writes.rbegin()->first > current)
        return fmt::format("revision {} was answered but is lost: the store is at {}", m_writes.rbegin()->first,
                           current);
    EventLog log;
    auto watch = store.watch("", after, log.sink());
    if (!watch)
        return "watch: " + watch.error().message;
    if (!log.waitFor(static_cast<size_t>(current - after)))
        return fmt::format("the log has {} events from {} to {}", log.events().size(), after, current);
    Revision expected = after;
    for (const Event &event : log.events()) {
        if (event.current.modRevision != ++expected)
            return fmt::format("event {} where {} was expected", event.current.modRevision, expected);
        const Entry entry{event.deleted, event.current.key, event.deleted ? "" : event.current.value};
        if (auto known = m_writes.find(expected); known != m_writes.end()) {
            if (known->second != entry)
                return fmt::format("revision {} is another write: {}", expected, entry.key);
        } else if (auto attempted = m_attempts.find(entry); attempted != m_attempts.end()) {
            m_attempts.erase(attempted);
            m_writes[expected] = entry;
        } else {
            return fmt::format("revision {} was never written: {}", expected, entry.key);
        }
    }
    m_attempts.clear();
    return {};
}

std::string StoreModel::compareReads(Backend &store, Revision revision) const {
    const auto state = stateAt(revision == 0 ? store.currentRevision() : revision);
    auto list = await(store.list("/r/", "", 0, revision));
    if (!list)
        return fmt::format("list at {}: {}", revision, list.error().message);
    std::map<std::string, KeyValue> found;
    for (const KeyValue &item : list->items) {
        found[item.key] = item;
        auto got = await(store.get(item.key, revision));
        if (!got || !*got || (*got)->value != item.value || (*got)->modRevision != item.modRevision)
            return fmt::format("get {} at {} differs from list", item.key, revision);
    }
    const bool same = std::equal(state.begin(), state.end(), found.begin(), found.end(), [](auto &a, auto &b) {
        return a.first == b.first && a.second.value == b.second.value && a.second.modRevision == b.second.modRevision &&
               a.second.createRevision == b.second.createRevision;
    });
    if (!same)
        return fmt::format("at {} the store has\n  {}\nand the model\n  {}", revision, show(found), show(state));
    auto count = await(store.count("/r/", revision));
    if (!count || *count != static_cast<int64_t>(state.size()))
        return fmt::format("count at {} is wrong", revision);
    // A range between any two keys, without the values.
    if (state.empty())
        return {};
    const auto first = std::next(state.begin(), static_cast<std::ptrdiff_t>(state.size() / 3));
    const auto last = std::next(state.begin(), static_cast<std::ptrdiff_t>(state.size() * 2 / 3));
    const KeyRange part{.begin = first->first, .end = last->first};
    if (part.begin == part.end)
        return {};
    auto keys = await(store.range(part, 0, revision, Values::Skip));
    auto within = await(store.countRange(part, revision));
    const auto expected = std::distance(first, last);
    if (!keys || std::ssize(keys->items) != expected || !within || *within != expected)
        return fmt::format("the range [{}, {}) at {} is wrong", part.begin, part.end, revision);
    for (auto at = first; const KeyValue &item : keys->items)
        if (const KeyValue &wanted = (at++)->second;
            item.key != wanted.key || item.modRevision != wanted.modRevision || !item.value.empty())
            return fmt::format("the range [{}, {}) at {} differs at {}", part.begin, part.end, revision, item.key);
    return {};
}

std::string StoreModel::compare(Backend &store, std::mt19937_64 &random) {
    if (auto wrong = compareLog(store); !wrong.empty())
        return wrong;
    if (auto wrong = compareReads(store, 0); !wrong.empty())
        return wrong;
    const Revision compact = std::max<Revision>(store.compactRevision(), 1);
    const auto history = static_cast<uint64_t>(store.currentRevision() - compact + 1);
    for (int i = 0; i < 3; ++i)
        if (auto wrong = compareReads(store, compact + static_cast<Revision>(random() % history)); !wrong.empty())
            return wrong;
    return {};
}

namespace {

/// The clients of one life of a store; all on one thread.
struct Clients {
    Backend &store;
    StoreModel &model;
    std::mt19937_64 &random;
    int left;
    EventLog log;
    std::map<std::string, Revision> known;
    std::string wrong;

    std::string randomKey() { return fmt::format("/r/{}", random() % kKeys); }
    bool ended() const { return left <= 0 || !wrong.empty(); }

    void answered(Revision revision, StoreModel::Entry entry) {
        if (log.lastRevision() < revision)
            wrong = fmt::format("revision {} was answered before watchers saw it", revision);
        known[entry.key] = entry.deleted ? 0 : revision;
        model.acknowledge(revision, std::move(entry));
    }
    void failed(StoreModel::Entry entry) {
        model.attempt(std::move(entry));
        left = 0;
    }
    void conflicted(const std::string &key, const UpdateResult &result, Revision expected) {
        if (result.current && result.current->modRevision == expected && expected != 0)
            wrong = fmt::format("{} was refused at its own revision {}", key, expected);
        known[key] = result.current ? result.current->modRevision : 0;
    }

    Task<> create(std::string key, std::string value) {
        auto made = co_await store.create(key, value);
        if (made)
            answered(*made, {false, std::move(key), std::move(value)});
        else if (!isAlreadyExists(made.error()))
            failed({false, std::move(key), std::move(value)});
    }
    Task<> update(std::string key, std::string value, Revision expected) {
        auto updated = co_await store.update(key, value, expected);
        if (!updated)
            failed({false, std::move(key), std::move(value)});
        else if (updated->succeeded)
            answered(updated->revision, {false, std::move(key), std::move(value)});
        else
            conflicted(key, *updated, expected);
    }
    Task<> remove(std::string key, Revision expected) {
        auto removed = co_await store.remove(key, expected);
        if (!removed)
            failed({true, std::move(key), {}});
        else if (removed->succeeded)
            answered(removed->revision, {true, std::move(key), {}});
        else
            conflicted(key, *removed, expected);
    }
    Task<> read(std::string key) {
        auto got = co_await store.get(key);
        auto list = co_await store.list("/r/", key, 3);
        if (!got || !list)
            left = 0;
        else if (list->items.size() > 3 || (list->more && list->items.size() != 3))
            wrong = "a page has the wrong size";
    }
    Task<> compact() {
        const Revision from = store.compactRevision(), to = store.currentRevision();
        if (to > from)
            (void)co_await store.compact(from + 1 + static_cast<Revision>(random() % static_cast<uint64_t>(to - from)));
    }
};

Task<> runClient(Clients *clients) {
    while (!clients->ended()) {
        --clients->left;
        std::string key = clients->randomKey();
        // Some values fill several pages.
        const size_t size = clients->random() % 8 == 0 ? clients->random() % 20000 : clients->random() % 300;
        std::string value = fmt::format("{}:{}", clients->random(), std::string(size, 'v'));
        const Revision stale = static_cast<Revision>(clients->random() % 20);
        const Revision expected = clients->random() % 10 == 0 ? stale : clients->known[key];
        switch (clients->random() % 16) {
        case 0:
            co_await clients->compact();
            break;
        case 1:
            co_await clients->read(std::move(key));
            break;
        case 2:
        case 3:
            co_await clients->remove(std::move(key), expected);
            break;
        case 4:
        case 5:
        case 6:
        case 7:
            co_await clients->create(std::move(key), std::move(value));
            break;
        default:
            co_await clients->update(std::move(key), std::move(value), expected);
        }
    }
}

} // namespace

std::string runClients(Backend &store, StoreModel &model, std::mt19937_64 &random, int count, int operations) {
    Clients clients{store, model, random, operations, {}, {}, {}};
    for (int i = 0; i < kKeys; ++i)
        clients.known[fmt::format("/r/{}", i)] = model.revisionOf(fmt::format("/r/{}", i));
    auto watch = store.watch("", 0, clients.log.sink());
    if (!watch)
        return "watch: " + watch.error().message;
    asio::io_context context;
    for (int i = 0; i < count; ++i)
        asio::co_spawn(context, runClient(&clients), asio::detached);
    context.run();
    watch->reset();
    return clients.wrong;
}

} // namespace coracle::datastore::testing
