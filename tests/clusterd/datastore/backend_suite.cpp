#include "tests/clusterd/datastore/backend_suite.h"

#include "tests/clusterd/datastore/store_calls.h"

#include <QTest>
#include <fmt/format.h>

namespace coracle::datastore::testing {

std::unique_ptr<Backend> BackendSuite::started(const QTemporaryDir &folder, Clock &clock) {
    auto store = make(folder.path(), clock);
    if (auto ok = store->start(); !ok)
        qFatal("%s", ok.error().message.c_str());
    return store;
}

void BackendSuite::writesAndReads() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision made = create(*store, "/registry/a", "one");
    QVERIFY(made > 0);
    QCOMPARE(store->currentRevision(), made);
    auto got = await(store->get("/registry/a"));
    QVERIFY(got && *got);
    QCOMPARE((*got)->key, std::string("/registry/a"));
    QCOMPARE((*got)->value, std::string("one"));
    QCOMPARE((*got)->createRevision, made);
    QCOMPARE((*got)->modRevision, made);

    const UpdateResult updated = update(*store, "/registry/a", "two", made);
    QVERIFY(updated.succeeded);
    QCOMPARE(updated.revision, made + 1);
    got = await(store->get("/registry/a"));
    QCOMPARE((*got)->value, std::string("two"));
    QCOMPARE((*got)->createRevision, made);
    QCOMPARE((*got)->modRevision, made + 1);

    const UpdateResult removed = remove(*store, "/registry/a", made + 1);
    QVERIFY(removed.succeeded);
    QCOMPARE(removed.revision, made + 2);
    QCOMPARE(valueOf(*store, "/registry/a"), std::string("absent"));
    QCOMPARE(valueOf(*store, "/registry/never"), std::string("absent"));
}

void BackendSuite::createTwice() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision made = create(*store, "/registry/a", "one");
    auto again = await(store->create("/registry/a", "two", 0));
    QVERIFY(!again);
    QVERIFY(isAlreadyExists(again.error()));
    QCOMPARE(again.error().message, std::string("/registry/a"));
    QCOMPARE(store->currentRevision(), made);
    QCOMPARE(valueOf(*store, "/registry/a"), std::string("one"));
}

void BackendSuite::createAfterDelete() {
    QTemporaryDir folder;
    auto store = started(folder);
    Revision last = 0;
    for (int round = 0; round < 3; ++round) {
        last = create(*store, "/registry/a", fmt::format("round {}", round));
        QVERIFY(last > 0);
        if (round < 2)
            QVERIFY(remove(*store, "/registry/a", last).succeeded);
    }
    auto got = await(store->get("/registry/a"));
    QCOMPARE((*got)->createRevision, last);
    QCOMPARE((*got)->value, std::string("round 2"));
}

void BackendSuite::updateConflicts() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision first = create(*store, "/registry/a", "one");
    const Revision second = update(*store, "/registry/a", "two", first).revision;
    const UpdateResult stale = update(*store, "/registry/a", "three", first);
    QVERIFY(!stale.succeeded);
    QCOMPARE(stale.revision, second);
    QVERIFY(stale.current);
    QCOMPARE(stale.current->value, std::string("two"));
    QCOMPARE(stale.current->modRevision, second);
    const UpdateResult gone = update(*store, "/registry/b", "x", second);
    QVERIFY(!gone.succeeded);
    QVERIFY(!gone.current);
    QCOMPARE(gone.revision, second);
}

void BackendSuite::removeConflicts() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision first = create(*store, "/registry/a", "one");
    const Revision second = update(*store, "/registry/a", "two", first).revision;
    const UpdateResult stale = remove(*store, "/registry/a", first);
    QVERIFY(!stale.succeeded);
    QCOMPARE(stale.current->modRevision, second);
    QCOMPARE(valueOf(*store, "/registry/a"), std::string("two"));
    QVERIFY(remove(*store, "/registry/a", second).succeeded);
    const UpdateResult gone = remove(*store, "/registry/a", second);
    QVERIFY(!gone.succeeded);
    QVERIFY(!gone.current);
}

void BackendSuite::removeWhateverIsThere() {
    QTemporaryDir folder;
    auto store = started(folder);
    QVERIFY(!remove(*store, "/registry/a").succeeded);
    create(*store, "/registry/a", "one");
    QVERIFY(remove(*store, "/registry/a").succeeded);
}

void BackendSuite::valuesOfAnyBytes() {
    QTemporaryDir folder;
    auto store = started(folder);
    const std::string zeros("a\0b\0", 4);
    const std::string large(3u << 20, 'x');
    create(*store, "/registry/zeros", zeros);
    create(*store, "/registry/large", large);
    create(*store, "/registry/empty", "");
    create(*store, "/registry/ünï'%_^", "quoted");
    QVERIFY(valueOf(*store, "/registry/zeros") == zeros);
    QVERIFY(valueOf(*store, "/registry/large") == large);
    QCOMPARE(valueOf(*store, "/registry/empty"), std::string());
    QCOMPARE(valueOf(*store, "/registry/ünï'%_^"), std::string("quoted"));
}

void BackendSuite::revisionsGoUpByOne() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision before = store->currentRevision();
    Revision last = create(*store, "/registry/a", "0");
    QCOMPARE(last, before + 1);
    create(*store, "/registry/a", "refused");
    update(*store, "/registry/a", "refused", last + 7);
    remove(*store, "/registry/none");
    QCOMPARE(update(*store, "/registry/a", "1", last).revision, last + 1);
    QCOMPARE(remove(*store, "/registry/a").revision, last + 2);
    QCOMPARE(create(*store, "/registry/a", "2"), last + 3);
}

void BackendSuite::listsInOrder() {
    QTemporaryDir folder;
    auto store = started(folder);
    for (const char *key : {"/r/pods/b/1", "/r/pods/a/2", "/r/pods/a-b/1", "/r/pods/a/10", "/r/podsx/a", "/r/pod/a"})
        create(*store, key, "v");
    create(*store, "/r/pods/a/gone", "v");
    remove(*store, "/r/pods/a/gone");
    QCOMPARE(listed(*store, "/r/pods/"), std::string("/r/pods/a-b/1=v /r/pods/a/10=v /r/pods/a/2=v /r/pods/b/1=v"));
    QCOMPARE(listed(*store, "/r/pods/a/"), std::string("/r/pods/a/10=v /r/pods/a/2=v"));
    QCOMPARE(listed(*store, "/r/none/"), std::string());
    QCOMPARE(listed(*store, "").size(), std::string("/r/pod/a=v /r/pods/a-b/1=v /r/pods/a/10=v /r/pods/a/2=v "
                                                    "/r/pods/b/1=v /r/podsx/a=v")
                                            .size());
    auto list = await(store->list("/r/", "", 0));
    QCOMPARE(list->revision, store->currentRevision());
}

void BackendSuite::listsInPages() {
    QTemporaryDir folder;
    auto store = started(folder);
    for (int i = 0; i < 5; ++i)
        create(*store, fmt::format("/r/{}", i), "v");
    QCOMPARE(listed(*store, "/r/", "", 2), std::string("/r/0=v /r/1=v more"));
    QCOMPARE(listed(*store, "/r/", std::string("/r/1\0", 5), 2), std::string("/r/2=v /r/3=v more"));
    QCOMPARE(listed(*store, "/r/", "/r/3", 2), std::string("/r/3=v /r/4=v"));
    QCOMPARE(listed(*store, "/r/", "/r/4", 1), std::string("/r/4=v"));
    remove(*store, "/r/4");
    QCOMPARE(listed(*store, "/r/", "/r/3", 1), std::string("/r/3=v"));
    QCOMPARE(listed(*store, "/r/", "/a", 0), std::string("/r/0=v /r/1=v /r/2=v /r/3=v"));
}

void BackendSuite::readsThePast() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision a1 = create(*store, "/r/a", "1");
    const Revision b1 = create(*store, "/r/b", "1");
    const Revision a2 = update(*store, "/r/a", "2", a1).revision;
    const Revision gone = remove(*store, "/r/b", b1).revision;
    create(*store, "/r/b", "3");
    QCOMPARE(listed(*store, "/r/", "", 0, a1), std::string("/r/a=1"));
    QCOMPARE(listed(*store, "/r/", "", 0, b1), std::string("/r/a=1 /r/b=1"));
    QCOMPARE(listed(*store, "/r/", "", 0, a2), std::string("/r/a=2 /r/b=1"));
    QCOMPARE(listed(*store, "/r/", "", 0, gone), std::string("/r/a=2"));
    QCOMPARE(listed(*store, "/r/"), std::string("/r/a=2 /r/b=3"));
    QCOMPARE(valueOf(*store, "/r/a", b1), std::string("1"));
    QCOMPARE(valueOf(*store, "/r/b", a1), std::string("absent"));
    QCOMPARE(valueOf(*store, "/r/b", gone), std::string("absent"));
}

void BackendSuite::countsKeys() {
    QTemporaryDir folder;
    auto store = started(folder);
    create(*store, "/r/a/1", "");
    const Revision two = create(*store, "/r/a/2", "");
    create(*store, "/r/b/1", "");
    remove(*store, "/r/a/1");
    QCOMPARE(*await(store->count("/r/")), 2);
    QCOMPARE(*await(store->count("/r/a/")), 1);
    QCOMPARE(*await(store->count("/r/a/", two)), 2);
    QCOMPARE(*await(store->count("/none")), 0);
    QCOMPARE(*await(store->count("")), 2);
}

void BackendSuite::refusesTheFuture() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision last = create(*store, "/r/a", "");
    auto list = await(store->list("/r/", "", 0, last + 1));
    QVERIFY(!list);
    QCOMPARE(list.error().code, 504);
    QCOMPARE(list.error().causes.at(0).reason, std::string("ResourceVersionTooLarge"));
    QVERIFY(!await(store->get("/r/a", last + 1)));
    QVERIFY(!await(store->compact(last + 1)));
}

} // namespace coracle::datastore::testing
