package io.millrace.agent;

/** A job that runs until it is killed. */
final class SleepingProgram {

    private SleepingProgram() {}

    public static void main(String[] args) throws InterruptedException {
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
