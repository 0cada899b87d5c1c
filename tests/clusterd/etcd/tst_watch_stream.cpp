#include "tests/clusterd/etcd/etcd_fixture.h"

using namespace coracle;
using namespace coracle::etcd::testing;

namespace {

pb::WatchCreateRequest watchOf(const std::string &key, const std::string &end = {}, int64_t start = 0) {
    pb::WatchCreateRequest request;
    request.set_key(key);
    request.set_range_end(end);
    request.set_start_revision(start);
    return request;
}

/// A client's watches over one stream.
class Watcher {
public:
    explicit Watcher(EtcdFixture &etcd) : m_stream(*etcd.stub, "/etcdserverpb.Watch/Watch") {}

    /// The answer that the watch is made (or not).
    pb::WatchResponse create(const pb::WatchCreateRequest &create) {
        pb::WatchRequest request;
        *request.mutable_create_request() = create;
        m_stream.write(request);
        return next();
    }
    void cancel(int64_t id) {
        pb::WatchRequest request;
        request.mutable_cancel_request()->set_watch_id(id);
        m_stream.write(request);
    }
    void askProgress() {
        pb::WatchRequest request;
        request.mutable_progress_request();
        m_stream.write(request);
    }
    pb::WatchResponse next() {
        auto response = m_stream.read<pb::WatchResponse>();
        if (!response)
            qFatal("the watch stream ended");
        m_backwards = m_backwards || response->header().revision() < m_last;
        m_last = response->header().revision();
        return std::move(*response);
    }
    /// This many events, of any watch: "0:a=1 0:-b"
    std::string events(int count) {
        std::string text;
        for (int seen = 0; seen < count;) {
            const pb::WatchResponse response = next();
            for (const pb::Event &event : response.events()) {
                text += fmt::format("{}{}:{}", text.empty() ? "" : " ", response.watch_id(),
                                    event.type() == pb::Event::DELETE ? "-" + event.kv().key()
                                                                      : event.kv().key() + "=" + event.kv().value());
                if (event.has_prev_kv())
                    text += "<" + event.prev_kv().value();
                ++seen;
            }
        }
        return text;
    }
    bool wentBackwards() const { return m_backwards; }
    Stream &stream() { return m_stream; }

private:
    Stream m_stream;
    int64_t m_last = 0;
    bool m_backwards = false;
};

} // namespace

class WatchStreamTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<EtcdFixture> m_etcd;

private slots:
    void init() { m_etcd = std::make_unique<EtcdFixture>(); }
    void cleanup() { m_etcd.reset(); }

    void followsWrites() {
        m_etcd->put("/r/a", "0");
        Watcher watcher(*m_etcd);
        const pb::WatchResponse created = watcher.create(watchOf("/r/", "/r0"));
        QVERIFY(created.created() && !created.canceled());
        QCOMPARE(created.watch_id(), 0);
        QCOMPARE(created.header().revision(), m_etcd->backend->currentRevision());
        m_etcd->put("/r/a", "1");
        m_etcd->put("/s", "x");
        m_etcd->put("/r/b", "2");
        m_etcd->remove("/r/a");
        QCOMPARE(watcher.events(3), std::string("0:/r/a=1 0:/r/b=2 0:-/r/a"));
        QVERIFY(!watcher.wentBackwards());
    }

    void tellsRevisionsAndTheStateBefore() {
        const int64_t first = m_etcd->put("k", "1").header().revision();
        Watcher watcher(*m_etcd);
        pb::WatchCreateRequest request = watchOf("k", "", first);
        request.set_prev_kv(true);
        watcher.create(request);
        m_etcd->put("k", "2");
        m_etcd->remove("k");
        std::vector<pb::Event> events;
        while (events.size() < 3) {
            const pb::WatchResponse response = watcher.next();
            events.insert(events.end(), response.events().begin(), response.events().end());
        }
        QVERIFY(!events[0].has_prev_kv());
        QCOMPARE(events[0].kv().create_revision(), first);
        QCOMPARE(events[1].kv().create_revision(), first);
        QCOMPARE(events[1].kv().mod_revision(), first + 1);
        QCOMPARE(events[1].prev_kv().mod_revision(), first);
        QCOMPARE(events[2].type(), pb::Event::DELETE);
        QCOMPARE(events[2].kv().mod_revision(), first + 2);
        QVERIFY(events[2].kv().value().empty());
        QCOMPARE(events[2].prev_kv().value(), std::string("2"));
    }

    void startsInHistory() {
        const int64_t first = m_etcd->put("k", "1").header().revision();
        for (int i = 2; i <= 5; ++i)
            m_etcd->put("k", std::to_string(i));
        Watcher watcher(*m_etcd);
        watcher.create(watchOf("k", "", first + 2));
        QCOMPARE(watcher.events(3), std::string("0:k=3 0:k=4 0:k=5"));
        watcher.create(watchOf(std::string(1, '\0'), std::string(1, '\0'), 1));
        QCOMPARE(watcher.events(5), std::string("1:k=1 1:k=2 1:k=3 1:k=4 1:k=5"));
        // One that is yet to come waits for it.
        const int64_t ahead = m_etcd->backend->currentRevision() + 2;
        watcher.create(watchOf("k", "", ahead));
        m_etcd->put("k", "6");
        m_etcd->put("k", "7");
        std::set<std::string> seen;
        while (seen.size() < 5) {
            const pb::WatchResponse response = watcher.next();
            for (const pb::Event &event : response.events())
                seen.insert(fmt::format("{}:{}", response.watch_id(), event.kv().value()));
        }
        QCOMPARE(seen, (std::set<std::string>{"0:6", "0:7", "1:6", "1:7", "2:7"}));
    }

    void filters() {
        Watcher watcher(*m_etcd);
        pb::WatchCreateRequest deletes = watchOf("k");
        deletes.add_filters(pb::WatchCreateRequest::NOPUT);
        deletes.set_prev_kv(true);
        watcher.create(deletes);
        pb::WatchCreateRequest puts = watchOf("k");
        puts.add_filters(pb::WatchCreateRequest::NODELETE);
        watcher.create(puts);
        m_etcd->put("k", "1");
        QCOMPARE(watcher.events(1), std::string("1:k=1"));
        m_etcd->remove("k");
        QCOMPARE(watcher.events(1), std::string("0:-k<1"));
    }

    void compactedStart() {
        const int64_t first = m_etcd->put("k", "1").header().revision();
        const int64_t last = m_etcd->put("k", "2").header().revision();
        QVERIFY(m_etcd->compact(last).ok());
        Watcher watcher(*m_etcd);
        QVERIFY(watcher.create(watchOf("k", "", first)).created());
        const pb::WatchResponse ended = watcher.next();
        QVERIFY(ended.canceled());
        QCOMPARE(ended.watch_id(), 0);
        QCOMPARE(ended.compact_revision(), last);
        QCOMPARE(ended.cancel_reason(), std::string("etcdserver: mvcc: required revision has been compacted"));
        // The others go on.
        watcher.create(watchOf("k"));
        m_etcd->put("k", "3");
        QCOMPARE(watcher.events(1), std::string("1:k=3"));
    }

    void ids() {
        Watcher watcher(*m_etcd);
        QCOMPARE(watcher.create(watchOf("a")).watch_id(), 0);
        pb::WatchCreateRequest own = watchOf("b");
        own.set_watch_id(1);
        QCOMPARE(watcher.create(own).watch_id(), 1);
        QCOMPARE(watcher.create(watchOf("c")).watch_id(), 2);
        const pb::WatchResponse twice = watcher.create(own);
        QVERIFY(twice.created() && twice.canceled());
        QCOMPARE(twice.watch_id(), -1);
        QCOMPARE(twice.cancel_reason(), std::string("mvcc: duplicate watch ID provided on the WatchStream"));
        const pb::WatchResponse empty = watcher.create(watchOf("b", "a"));
        QVERIFY(empty.canceled());
        QCOMPARE(empty.watch_id(), -1);
        watcher.cancel(99); // says nothing
        watcher.cancel(1);
        const pb::WatchResponse cancelled = watcher.next();
        QVERIFY(cancelled.canceled());
        QCOMPARE(cancelled.watch_id(), 1);
        m_etcd->put("b", "x");
        m_etcd->put("c", "y");
        QCOMPARE(watcher.events(1), std::string("2:c=y"));
        QCOMPARE(watcher.create(own).watch_id(), 1);
    }

    void progressOnRequest() {
        Watcher watcher(*m_etcd);
        watcher.askProgress();
        QCOMPARE(watcher.next().watch_id(), -1);
        watcher.create(watchOf("a", "b", 1));
        watcher.create(watchOf("x"));
        for (int i = 0; i < 50; ++i) {
            const int64_t revision = m_etcd->put("y", "1").header().revision();
            watcher.askProgress();
            const pb::WatchResponse progress = watcher.next();
            QCOMPARE(progress.watch_id(), -1);
            QVERIFY(progress.events().empty() && !progress.created());
            QCOMPARE(progress.header().revision(), revision);
        }
        // Everything up to the revision comes before it.
        const int64_t revision = m_etcd->put("x", "1").header().revision();
        watcher.askProgress();
        QCOMPARE(watcher.events(1), std::string("1:x=1"));
        QCOMPARE(watcher.next().header().revision(), revision);
        QVERIFY(!watcher.wentBackwards());
    }

    void progressFromTimeToTime() {
        m_etcd = std::make_unique<EtcdFixture>(100ms);
        Watcher watcher(*m_etcd);
        watcher.create(watchOf("quiet"));
        pb::WatchCreateRequest notified = watchOf("k");
        notified.set_progress_notify(true);
        watcher.create(notified);
        const int64_t revision = m_etcd->put("other", "1").header().revision();
        for (;;) {
            const pb::WatchResponse notice = watcher.next();
            QCOMPARE(notice.watch_id(), 1);
            QVERIFY(notice.events().empty());
            if (notice.header().revision() == revision)
                break;
        }
    }

    void slowClientMissesNothing() {
        constexpr int kWrites = 60;
        const std::string large(500000, 'x'); // 30 MB in all: more than the stream and the inbox hold
        Watcher watcher(*m_etcd);
        watcher.create(watchOf("k", "l"));
        int64_t last = 0;
        for (int i = 0; i < kWrites; ++i)
            last = m_etcd->put(fmt::format("k{}", i), large).header().revision();
        int64_t previous = last - kWrites;
        while (previous < last) {
            const pb::WatchResponse response = watcher.next();
            QVERIFY(!response.canceled());
            QVERIFY(response.ByteSizeLong() < (3u << 20));
            for (const pb::Event &event : response.events()) {
                QCOMPARE(event.kv().mod_revision(), previous + 1);
                QCOMPARE(event.kv().value().size(), large.size());
                previous = event.kv().mod_revision();
            }
        }
        watcher.askProgress();
        QCOMPARE(watcher.next().header().revision(), last);
    }

    void manyWatchesUnderWrites() {
        constexpr int kWatches = 50, kWrites = 300;
        Watcher watcher(*m_etcd);
        for (int i = 0; i < kWatches; ++i)
            watcher.create(watchOf(fmt::format("k{}", i)));
        std::thread writer([this] {
            for (int i = 0; i < kWrites; ++i)
                m_etcd->put(fmt::format("k{}", i % kWatches), std::to_string(i));
        });
        std::map<int64_t, int64_t> lastOf;
        for (int seen = 0; seen < kWrites;) {
            const pb::WatchResponse response = watcher.next();
            for (const pb::Event &event : response.events()) {
                QCOMPARE(event.kv().key(), fmt::format("k{}", response.watch_id()));
                QVERIFY(event.kv().mod_revision() > lastOf[response.watch_id()]);
                lastOf[response.watch_id()] = event.kv().mod_revision();
                ++seen;
            }
        }
        writer.join();
        QVERIFY(!watcher.wentBackwards());
    }

    void streamsEnd() {
        Watcher watcher(*m_etcd);
        watcher.create(watchOf("k"));
        watcher.stream().closeSending();
        QVERIFY(!watcher.stream().read<pb::WatchResponse>());
        QVERIFY(watcher.stream().finish().ok());
        // A server that stops does not wait for its clients.
        Watcher open(*m_etcd);
        open.create(watchOf("k"));
        m_etcd->stop();
        QVERIFY(!open.stream().read<pb::WatchResponse>());
        QVERIFY(!open.stream().finish().ok());
    }
};

QTEST_GUILESS_MAIN(WatchStreamTest)
#include "tst_watch_stream.moc"
