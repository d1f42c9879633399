"""Will a car loan be repaid?"""
