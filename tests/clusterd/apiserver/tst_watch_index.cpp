#include "clusterd/apiserver/registry/watch_index.h"

#include <QTest>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <set>

using namespace coracle;
using namespace coracle::apiserver;
using client::EventType;

namespace {

const api::ResourceInfo &pods() {
    return *api::findResource("", "pods");
}

api::ObjectPtr pod(std::string_view space, std::string_view name, std::string_view node, std::string_view label,
                   Revision revision) {
    return *api::Object::parse(
        fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"{}",)"
                    R"("resourceVersion":"{}","labels":{{"l":"{}"}}}},"spec":{{"nodeName":"{}"}}}})",
                    name, space, revision, label, node));
}

StoreEventPtr change(api::ObjectPtr before, api::ObjectPtr now) {
    auto made = std::make_shared<StoreEvent>();
    made->revision = now->resourceVersion();
    made->type = before ? EventType::Modified : EventType::Added;
    made->object = std::move(now);
    made->previous = std::move(before);
    return made;
}

/// A watcher that waits again whenever it was woken.
struct Watcher {
    Watcher(WatchIndex &watches, boost::asio::io_context &context, std::string_view space, std::string_view labels,
            std::string_view fields)
        : executor(context.get_executor()), group(watches.join(*Selection::parse(pods(), space, labels, fields))) {
        wait();
    }
    void wait() {
        waiter = std::make_shared<WatchWaiter>(executor, SteadyTime::max());
        group->waiting.push_back(waiter);
    }
    /// What it was woken with.
    std::string news() {
        if (std::ranges::find(group->waiting, waiter) != group->waiting.end())
            return "";
        std::string text;
        for (const WatchItem &item : waiter->delivery->items)
            text += fmt::format("{}{}{}",
                                item.type == EventType::Added     ? "+"
                                : item.type == EventType::Deleted ? "-"
                                                                  : "*",
                                item.object->name(), item.revision);
        wait();
        return text;
    }

    Executor executor;
    std::shared_ptr<WatchGroup> group;
    std::shared_ptr<WatchWaiter> waiter;
};

} // namespace

class WatchIndexTest : public QObject {
    Q_OBJECT

    boost::asio::io_context m_context;
    std::unique_ptr<WatchIndex> m_watches;

    void apply(std::initializer_list<StoreEventPtr> events) {
        std::vector<std::shared_ptr<Waiter>> woken;
        for (const StoreEventPtr &one : events)
            m_watches->offer(one);
        m_watches->takeDelivered((*(events.end() - 1))->revision, woken);
    }

private slots:
    void init() { m_watches = std::make_unique<WatchIndex>(); }

    void wakesOnlyWhomAnEventConcerns() {
        Watcher all(*m_watches, m_context, "", "", "");
        Watcher space(*m_watches, m_context, "s1", "", "");
        Watcher node(*m_watches, m_context, "", "", "spec.nodeName=n1");
        Watcher other(*m_watches, m_context, "", "", "spec.nodeName!=n1");
        Watcher name(*m_watches, m_context, "s1", "", "metadata.name=a");
        Watcher label(*m_watches, m_context, "", "l=x", "");
        api::ObjectPtr first = pod("s1", "a", "n1", "y", 1), second = pod("s2", "b", "n2", "x", 2);
        apply({change(nullptr, first)});
        QCOMPARE(all.news(), "+a1");
        QCOMPARE(space.news(), "+a1");
        QCOMPARE(node.news(), "+a1");
        QCOMPARE(other.news(), "");
        QCOMPARE(name.news(), "+a1");
        QCOMPARE(label.news(), "");
        apply({change(nullptr, second)});
        QCOMPARE(all.news(), "+b2");
        QCOMPARE(space.news(), "");
        QCOMPARE(node.news(), "");
        QCOMPARE(other.news(), "+b2");
        QCOMPARE(name.news(), "");
        QCOMPARE(label.news(), "+b2");
    }

    void objectsThatMoveLeaveOneWatcherAndEnterAnother() {
        Watcher from(*m_watches, m_context, "", "", "spec.nodeName=");
        Watcher to(*m_watches, m_context, "", "", "spec.nodeName=n1");
        api::ObjectPtr before = pod("s1", "a", "", "y", 1), after = pod("s1", "a", "n1", "y", 2);
        apply({change(before, after)});
        const std::shared_ptr<WatchWaiter> left = from.waiter;
        QCOMPARE(from.news(), "-a2");
        QCOMPARE(left->delivery->items[0].object->resourceVersion(), 2); // the state before, at the new revision
        QVERIFY(left->delivery->items[0].object->json().contains(R"("nodeName":"")"));
        QCOMPARE(to.news(), "+a2");
    }

    void oneDeliveryForAllOfAGroupAndOneForABurst() {
        Watcher one(*m_watches, m_context, "", "l=x", ""), two(*m_watches, m_context, "", "l=x", "");
        QCOMPARE(one.group.get(), two.group.get());
        auto a = pod("s1", "a", "", "x", 1), b = pod("s1", "b", "", "y", 2), c = pod("s1", "c", "", "x", 3);
        auto last = pod("s1", "d", "", "y", 4);
        apply({change(nullptr, a), change(nullptr, b), change(nullptr, c), change(nullptr, last)});
        QCOMPARE(one.waiter->delivery.get(), two.waiter->delivery.get());
        QCOMPARE(one.waiter->delivery->through, 4);
        QCOMPARE(one.news(), "+a1+c3");
    }

    void largeDeliveriesAreCut() {
        Watcher all(*m_watches, m_context, "", "", "");
        std::vector<std::shared_ptr<Waiter>> woken;
        for (Revision i = 1; i <= 2000; ++i)
            m_watches->offer(change(nullptr, pod("s1", fmt::format("p{}", i), "", "x", i)));
        m_watches->takeDelivered(2000, woken);
        QCOMPARE(all.waiter->delivery->items.size(), WatchIndex::kItemsMax);
        QCOMPARE(all.waiter->delivery->through, static_cast<Revision>(WatchIndex::kItemsMax));
    }

    void timeWakesWithoutNews() {
        Watcher all(*m_watches, m_context, "", "l=x", "");
        std::vector<std::shared_ptr<Waiter>> woken;
        m_watches->takeDue(SteadyTime{}, 7, woken);
        QVERIFY(woken.empty());
        m_watches->takeDue(std::nullopt, 7, woken);
        QCOMPARE(woken.size(), 1u);
        QCOMPARE(all.waiter->reached, 7);
        QVERIFY(!all.waiter->delivery);
    }

    void groupsEndWithTheirLastWatcher() {
        auto selection = *Selection::parse(pods(), "", "", "spec.nodeName=n1");
        auto one = m_watches->join(selection), two = m_watches->join(selection);
        QCOMPARE(one.get(), two.get());
        std::weak_ptr<WatchGroup> kept = one;
        m_watches->leave(one);
        one.reset();
        QVERIFY(!kept.expired());
        m_watches->leave(two);
        two.reset();
        QVERIFY(kept.expired());
        apply({change(nullptr, pod("s1", "a", "n1", "x", 1))}); // nobody is left to be asked
    }

    void selectionsThatDifferHaveDifferentKeys() {
        const std::vector<Selection> selections = {*Selection::parse(pods(), "", "", ""),
                                                   *Selection::parse(pods(), "a", "", ""),
                                                   *Selection::parse(pods(), "", "a", ""),
                                                   *Selection::parse(pods(), "", "!a", ""),
                                                   *Selection::parse(pods(), "", "a=b", ""),
                                                   *Selection::parse(pods(), "", "a!=b", ""),
                                                   *Selection::parse(pods(), "", "a in (b,c)", ""),
                                                   *Selection::parse(pods(), "", "", "spec.nodeName=a"),
                                                   *Selection::parse(pods(), "", "", "spec.nodeName!=a")};
        std::set<std::string> keys;
        for (const Selection &selection : selections)
            keys.insert(selection.key());
        QCOMPARE(keys.size(), selections.size());
        QCOMPARE(Selection::parse(pods(), "", "a,b", "")->key(), Selection::parse(pods(), "", "a, b", "")->key());
    }
};

QTEST_GUILESS_MAIN(WatchIndexTest)
#include "tst_watch_index.moc"
